"""The house SQL in another engine's words: DuckDB's dialect with `$name` parameters in, the engine's own out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The relation that a `CREATE OR REPLACE` makes."""

    name: str
    view: bool
    temporary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One statement as the engine takes it: parameters by position, `names` says which stands where.

    `replaces` names what must be out of the way first, where the engine has no CREATE OR REPLACE for it.
    """

    statement: str
    names: tuple[str, ...]
    replaces: Replacement | None = None


@lru_cache(maxsize=1024)
def translated(statement: str, dialect: str) -> Translation:
    """The statement in SQLGlot's `dialect`. Raises KeyError for a dialect that no difference is written down for."""
    differences = DIFFERENCES[dialect]
    tree = parse_one(statement, dialect="duckdb")
    replaces = _replaced(tree)
    names: list[str] = []
    # Inner nodes first: a change takes the changed parts of its node along. One walk, since large trees are slow.
    for node in reversed([node for node in tree.walk() if type(node) in differences]):
        differences[type(node)](node)
    for node in list(tree.find_all(exp.Placeholder)):
        if node.name not in names:
            names.append(node.name)
        node.replace(exp.Parameter(this=exp.Literal.number(names.index(node.name) + 1)))
    _name_subqueries(tree)
    return Translation(statement=tree.sql(dialect=dialect), names=tuple(names), replaces=replaces)


def _replaced(tree: exp.Expr) -> Replacement | None:
    if not isinstance(tree, exp.Create) or not tree.args.get("replace"):
        return None
    tree.set("replace", False)
    temporary = tree.find(exp.TemporaryProperty) is not None
    return Replacement(name=tree.this.name, view=tree.kind == "VIEW", temporary=temporary)


def _count_if(node: exp.Expr) -> None:
    """A count over no rows is 0; the sum of cases that stands in for it elsewhere would be empty."""
    node.replace(exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=node.this)))


def _extreme_row(node: exp.Expr) -> None:
    """arg_min(x, (a, b)) is the first x by a, then b; rows without an x take no part."""
    column, keys, descending = node.this, node.expression, isinstance(node, exp.ArgMax)
    columns = keys.expressions if isinstance(keys, exp.Tuple) else [keys]
    order = exp.Order(
        this=column.copy(), expressions=[exp.Ordered(this=key, desc=descending, nulls_first=False) for key in columns]
    )
    found = [exp.Not(this=exp.Is(this=part.copy(), expression=exp.Null())) for part in (column, columns[0])]
    listed = exp.Filter(this=exp.ArrayAgg(this=order), expression=exp.Where(this=exp.and_(*found)))
    node.replace(exp.Bracket(this=exp.Paren(this=listed), expressions=[exp.Literal.number(1)], offset=1))


def _any_value(node: exp.Expr) -> None:
    """Whichever value: PostgreSQL has any_value from 16 on; the greatest is one of them, and never an empty one."""
    spoken = node.parent if isinstance(node.parent, exp.IgnoreNulls) else node
    spoken.replace(exp.Max(this=node.this))


def _lower(node: exp.Expr) -> None:
    """Each letter by itself, whatever the database's own collation knows; the result sorts by its bytes again.

    ICU's rules that look at more than one letter, or make two of one, are for İ and for a Σ at a word's end.
    """
    plain = exp.Anonymous(this="translate", expressions=[node.this, *map(exp.Literal.string, ("İΣ", "iσ"))])
    lower = exp.Lower(this=exp.Collate(this=plain, expression=exp.to_identifier("und-x-icu", quoted=True)))
    node.replace(exp.Paren(this=exp.Collate(this=lower, expression=exp.to_identifier("C", quoted=True))))


_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""What DuckDB trims where no letters are named; PostgreSQL trims the first of them."""


def _trim(node: exp.Expr) -> None:
    if node.args.get("expression") is None:
        node.set("expression", exp.Literal.string(_SPACES))


def _subscript(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Column | exp.Paren):
        node.set("this", exp.Paren(this=node.this))


def _calendar_part(node: exp.Expr) -> None:
    """year(x) and its kin are whole numbers; EXTRACT gives decimals."""
    part = exp.Extract(this=exp.var(type(node).__name__.upper()), expression=node.this)
    node.replace(exp.Cast(this=part, to=exp.DataType.build("INT")))


def _anonymous(node: exp.Expr) -> None:
    if str(node.this).lower() == "bit_count":
        # Bits are counted of bits only, not of a whole number.
        (number,) = node.expressions
        node.set("expressions", [exp.Cast(this=number, to=exp.DataType.build("BIT(64)", dialect="postgres"))])
    if str(node.this).lower() == "round_even":
        amount, digits = node.expressions
        if digits.name != "0":
            raise ValueError(f"round_even(x, {digits.sql()}): only 0 digits are translated")
        # Rounding of double precision is half to even, of numeric half away from zero.
        double = exp.Cast(this=amount, to=exp.DataType.build("DOUBLE"))
        node.replace(exp.Anonymous(this="round", expressions=[double]))


def _group_all(node: exp.Expr) -> None:
    """Every column that is no aggregate, by its place."""
    query = node.parent
    if node.args.get("all") and isinstance(query, exp.Select):
        keys = [i for i, column in enumerate(query.expressions, 1) if not _aggregates(column)]
        query.set("group", exp.Group(expressions=[exp.Literal.number(i) for i in keys]) if keys else None)


def _order_all(node: exp.Expr) -> None:
    """Every column by its place."""
    query = node.parent
    if isinstance(query, exp.Select) and [e.this.name for e in node.expressions] == ["ALL"]:
        places = range(1, len(query.expressions) + 1)
        node.set("expressions", [exp.Ordered(this=exp.Literal.number(i), nulls_first=False) for i in places])


def _aggregates(column: exp.Expr) -> bool:
    return any(not isinstance(found.parent, exp.Window) for found in column.find_all(exp.AggFunc))


def _name_subqueries(tree: exp.Expr) -> None:
    """A subquery in FROM must have a name before PostgreSQL 16; elsewhere it does no harm."""
    for i, node in enumerate(tree.find_all(exp.Subquery)):
        if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(f"unnamed_{i}")))


Change = Callable[[exp.Expr], None]

DIFFERENCES: dict[str, dict[type[exp.Expr], Change]] = {
    "postgres": {
        exp.Bracket: _subscript,
        exp.Lower: _lower,
        exp.Trim: _trim,
        exp.CountIf: _count_if,
        exp.ArgMin: _extreme_row,
        exp.ArgMax: _extreme_row,
        exp.AnyValue: _any_value,
        exp.Year: _calendar_part,
        exp.Quarter: _calendar_part,
        exp.Month: _calendar_part,
        exp.Anonymous: _anonymous,
        exp.Group: _group_all,
        exp.Order: _order_all,
    }
}
"""What SQLGlot leaves as it is although the engine would read it differently or not at all."""
