"""Rows of the published dictionary that wait for data or a feature, and what of the declared rows does."""

ROWS = 74
"""The dictionary's last row."""

WAITING: dict[int, tuple[str, str]] = {
    19: ("Liquidity threshold", "an estimate with a grade, not a reading of facts: the liquidity lab"),
    20: ("Cross-side elasticity", "an estimate with an identification grade: the liquidity lab"),
    21: ("Buyer price sensitivity", "experiments, or an estimate graded observational"),
    50: ("Virality coefficient", "referrals: who sent whom"),
    52: ("Partner-influenced and partner-sourced GMV", "partners and their touches"),
    53: ("Partner CAC", "partners, their commissions and clawbacks"),
    56: ("MQL volume against the commitment", "goals: committed volumes"),
    61: ("Lead quality score, quality-weighted conversions", "predictions: calibrated chance of a match"),
    62: ("Score lift and calibration", "predictions: scores kept with their date"),
    70: ("Churn risk, upsell propensity", "predictions"),
    71: ("ABM coverage and engagement", "target account lists"),
    73: ("Playbook and experiment scorecards", "experiments"),
}
"""Row, its name there, and what it waits for."""

PARTLY: dict[int, str] = {
    2: "rates of contracts: the nominal rate is the one billed",
    6: "AOV by variant of an experiment: experiments",
    14: "elasticities fitted per category and week: the liquidity lab; declared is the form with constant returns",
    31: "thresholds per category: agreement",
    39: "a contribution margin: net revenue is before variable cost",
    45: "a churn window per category: agreement; `reorder_days_p90` gives the ground for it",
    51: "who sent whom: referrals are known by channel only",
    55: "deal size as a split: a lead has no amount, and its opportunities are not told stage by stage",
    63: "coverage of quotas: goals; a chance per stage: the history of an opportunity's stages",
    67: "the data-driven model: experiments and predictions",
    69: "split credit and statements frozen at close: incentives",
}
"""What of a declared row is still to come, and with what."""
