"""The agreement's metrics: definitions that people write, checked by parsing, dated, versioned and compared."""

from bothsides.metrics.agreed.file import FILE, FUNNELS, read_definitions, read_dictionary
from bothsides.metrics.agreed.mistake import FormulaError, Mistake
from bothsides.metrics.agreed.parsing import parse_formula
from bothsides.metrics.agreed.printing import print_formula

__all__ = [
    "FILE",
    "FUNNELS",
    "FormulaError",
    "Mistake",
    "parse_formula",
    "print_formula",
    "read_definitions",
    "read_dictionary",
]
