"""Prints the SQL that MetricFlow compiles the dashboard to, and the CPU-seconds that setting up and compiling took.

python metricflow_compile.py PROJECT METRICS
"""

import json
import resource
import sys
from pathlib import Path

from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest


def cpu_seconds() -> float:
    """User plus system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(project: Path, names: list[str]) -> None:
    """Set MetricFlow up as its command does, and explain the request."""
    start = cpu_seconds()
    configuration = CLIConfiguration()
    configuration.setup(project, project, configure_file_logging=False)
    keys = ["metric_time__week", "segment__side", "segment__category"]
    request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=keys)
    statement = configuration.mf.explain(request).sql_statement.sql
    print(json.dumps({"statement": statement, "compile": cpu_seconds() - start}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","))
