"""From a field's text to a typed column: the SQL steps, the stored values and what can be wrong with each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bothsides.ingest import amounts, keys, moments
from bothsides.ingest.literals import cleaned, literal, literals, translated
from bothsides.ingest.mapping import STORED_IDS, ColumnMap, DateGrain, Mapping, TableMap
from bothsides.schema import Column, Kind
from bothsides.schema.money import CURRENCIES
from bothsides.warehouse import quoted
from bothsides.workspace import Settings

TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")
CURRENCY_COLUMN = "currency"
LARGEST_AMOUNT = 10**15
"""Minor units beyond which an amount is a damaged field, such as two numbers run together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What holds for every column of a source: the workspace, the zones, the currency, how its text is written."""

    workspace: str
    id_space: str
    zone: str
    business_zone: str
    currency: str
    null_words: tuple[str, ...]
    decimal: str
    formats: tuple[str, ...]
    months: bool
    side: str | None

    @classmethod
    def of(cls, mapping: Mapping, settings: Settings) -> "Ground":
        """The ground of a mapping in a workspace."""
        return cls(
            workspace=settings.name,
            id_space=mapping.id_space,
            zone=mapping.time_zone or settings.time_zone,
            business_zone=settings.time_zone,
            currency=mapping.currency or settings.currency,
            null_words=mapping.null_words,
            decimal=mapping.decimal,
            formats=mapping.date_formats,
            months=mapping.date_grain is DateGrain.MONTH,
            side=mapping.side,
        )

    @property
    def quick(self) -> bool:
        """Whether a number or date can be cast before the null words are looked at."""
        return not any(char.isdigit() for word in self.null_words for char in word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One column: `steps` are (alias, SQL) by level, each level sees the ones below; `values` are what is stored.

    `problems` are (reason, SQL condition), looked at in order.
    """

    column: str
    steps: tuple[tuple[tuple[str, str], ...], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    extras: tuple[tuple[str, str], ...] = field(default=())
    """Columns of the stage that are not stored: rounding differences, other candidates of a reference."""


def difference_name(column: str) -> str:
    """The stage's column with source amount minus booked amount, in 10**-10 major units."""
    return f"~difference {column}"


def candidate_name(column: str) -> str:
    """The stage's column with the supplier's id of a reference that may be on either side."""
    return f"~supplier {column}"


def cast_column(column: Column, source: ColumnMap, item: TableMap, ground: Ground) -> Cast:
    """The steps for one mapped column."""
    match column.kind:
        case Kind.ID:
            return _reference(column, source, item, ground)
        case Kind.MONEY:
            return _money(column, source, ground)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(column, source, item, ground)
        case Kind.TIMESTAMP | Kind.DATE:
            return _moment(column, source, ground)
        case Kind.BOOLEAN:
            return _boolean(column, source, ground)
        case Kind.CURRENCY:
            return _currency(column, source, ground)
        case Kind.CHOICE:
            return _choice(column, source, ground)
        case _:
            return _plain(column, source, ground)


def source_text(source: ColumnMap, ground: Ground, position: int = 0) -> str:
    """SQL: the column's text, cleaned and translated; NULL where nothing is known."""
    if source.value is not None:
        return literal(source.value) if source.value else "CAST(NULL AS VARCHAR)"
    text = cleaned(quoted(source.fields[position]), ground.null_words)
    return translated(text, source.words, source.other)


def _alias(kind: str, column: str) -> str:
    return f"~{kind} {column}"


def _is_quick(source: ColumnMap, ground: Ground) -> bool:
    return bool(source.fields) and not source.words and source.other is None and ground.quick


def _quick(source: ColumnMap, ground: Ground, expression: str, kind: str) -> str:
    return expression if _is_quick(source, ground) else f"CAST(NULL AS {kind})"


def _missing(column: Column, value: str) -> list[tuple[str, str]]:
    return [("missing_required", f"{value} IS NULL")] if column.required else []


def _plain(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    value = quoted(_alias("v", column.name))
    return Cast(
        column=column.name,
        steps=(((_alias("v", column.name), source_text(source, ground)),),),
        values=((column.name, value),),
        problems=tuple(_missing(column, value)),
    )


def _choice(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    text, value = quoted(_alias("t", column.name)), quoted(_alias("v", column.name))
    word = f"replace(replace(lower({text}), ' ', '_'), '-', '_')"
    cases = " ".join(f"WHEN {literal(one)} THEN {literal(one)}" for one in column.allowed)
    other = literal("other") if column.name == "name" and "other" in column.allowed else "NULL"
    typed = f"CASE {text} {cases} ELSE CASE {word} {cases} ELSE CASE WHEN {text} IS NOT NULL THEN {other} END END END"
    return Cast(
        column=column.name,
        steps=(((_alias("t", column.name), source_text(source, ground)),), ((_alias("v", column.name), typed),)),
        values=((column.name, value),),
        problems=(("unknown_value", f"{value} IS NULL AND {text} IS NOT NULL"), *_missing(column, value)),
    )


def _currency(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    text, value = quoted(_alias("t", column.name)), quoted(_alias("v", column.name))
    code = f"upper({text})"
    blank = literal(ground.currency) if column.name == CURRENCY_COLUMN else "NULL"
    typed = (
        f"CASE WHEN {text} IS NULL THEN {blank} WHEN {text} = {literal(ground.currency)} THEN {text} "
        f"WHEN list_contains({literals(list(CURRENCIES))}, {code}) THEN {code} END"
    )
    return Cast(
        column=column.name,
        steps=(((_alias("t", column.name), source_text(source, ground)),), ((_alias("v", column.name), typed),)),
        values=((column.name, value),),
        problems=(("unknown_currency", f"{value} IS NULL"),),
    )


def _boolean(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    text, value = quoted(_alias("t", column.name)), quoted(_alias("v", column.name))
    cases = " ".join(
        [f"WHEN {literal(word)} THEN true" for word in TRUE_WORDS]
        + [f"WHEN {literal(word)} THEN false" for word in FALSE_WORDS]
    )
    return Cast(
        column=column.name,
        steps=(
            ((_alias("t", column.name), source_text(source, ground)),),
            ((_alias("v", column.name), f"CASE lower({text}) {cases} END"),),
        ),
        values=((column.name, value),),
        problems=(("bad_boolean", f"{value} IS NULL AND {text} IS NOT NULL"), *_missing(column, value)),
    )


def _money(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    micro, text, fine = (quoted(_alias(kind, column.name)) for kind in ("q", "t", "h"))
    value = quoted(_alias("v", column.name))
    field_name = quoted(source.fields[0]) if source.fields else "NULL"
    quick = amounts.quick_micros(field_name, decimal=ground.decimal, shift=source.shift)
    plain = amounts.plain_number(text, decimal=ground.decimal)
    currency = quoted(_alias("v", CURRENCY_COLUMN))
    by_micro, by_fine = (amounts.divisor(currency, places=places) for places in (amounts.MICRO, amounts.FINE))
    steps = (
        ((_alias("q", column.name), _quick(source, ground, quick, "BIGINT")),),
        ((_alias("t", column.name), f"CASE WHEN {micro} IS NULL THEN {source_text(source, ground)} END"),),
        (
            (
                _alias("h", column.name),
                f"CASE WHEN {text} IS NOT NULL THEN {amounts.fine_units(plain, shift=source.shift)} END",
            ),
            (_alias("pm", column.name), by_micro),
            (_alias("pf", column.name), by_fine),
        ),
        (
            (
                _alias("v", column.name),
                (
                    f"CASE WHEN {micro} IS NOT NULL THEN {amounts.half_even(micro, quoted(_alias('pm', column.name)))} "
                    f"WHEN {fine} IS NOT NULL THEN "
                    f"TRY_CAST({amounts.half_even(fine, quoted(_alias('pf', column.name)))} AS BIGINT) END"
                ),
            ),
        ),
    )
    difference = (
        f"CASE WHEN {micro} IS NOT NULL THEN ({micro} - {value} * {quoted(_alias('pm', column.name))}) * 10000 "
        f"ELSE CAST({fine} - CAST({value} AS HUGEINT) * {quoted(_alias('pf', column.name))} AS BIGINT) END"
    )
    return Cast(
        column=column.name,
        steps=steps,
        values=((column.name, f"CAST({value} AS BIGINT)"),),
        extras=((difference_name(column.name), difference),),
        problems=(
            (
                "impossible_amount",
                (
                    f"{value} NOT BETWEEN -{LARGEST_AMOUNT} AND {LARGEST_AMOUNT} "
                    f"OR ({value} IS NULL AND {fine} IS NOT NULL)"
                ),
            ),
            ("bad_amount", f"{value} IS NULL AND {text} IS NOT NULL"),
            *_missing(column, value),
        ),
    )


def _number(column: Column, source: ColumnMap, item: TableMap, ground: Ground) -> Cast:
    whole = column.kind is Kind.INTEGER
    number, text, value = (quoted(_alias(kind, column.name)) for kind in ("q", "t", "v"))
    field_name = quoted(source.fields[0]) if source.fields else "NULL"
    if whole:
        quick = f"CASE WHEN strpos({field_name}, '.') = 0 THEN TRY_CAST({field_name} AS BIGINT) END"
    else:
        number_cast = f"TRY_CAST({field_name} AS DOUBLE)"
        quick = f"CASE WHEN isfinite({number_cast}) THEN {number_cast} END"
    usable = source.shift == 0 and ground.decimal == "." and _is_quick(source, ground)
    kind = "BIGINT" if whole else "DOUBLE"
    finite = (
        f"CASE WHEN isfinite({number}) THEN {number}" if not whole else f"CASE WHEN {number} IS NOT NULL THEN {number}"
    )
    plain = quoted(_alias("p", column.name))
    fine = quoted(_alias("h", column.name))
    if whole:
        slow = f"CASE WHEN {fine} % {10**amounts.FINE} = 0 THEN TRY_CAST({fine} // {10**amounts.FINE} AS BIGINT) END"
    else:
        slow = f"TRY_CAST({plain} || 'e{source.shift}' AS DOUBLE)"
    steps = (
        ((_alias("q", column.name), quick if usable else f"CAST(NULL AS {kind})"),),
        ((_alias("t", column.name), f"CASE WHEN {number} IS NULL THEN {source_text(source, ground)} END"),),
        ((_alias("p", column.name), f"CASE WHEN {text} IS NOT NULL THEN {_digits(text, ground)} END"),),
        ((_alias("h", column.name), amounts.fine_units(plain, shift=source.shift)),),
        ((_alias("v", column.name), f"{finite} ELSE {slow} END"),),
    )
    reason = "bad_integer" if whole else "bad_number"
    unreadable = f"{value} IS NULL AND ({text} IS NOT NULL OR {number} IS NOT NULL)"
    below = [("below_minimum", f"{value} < {column.minimum:g}")] if column.minimum is not None else []
    return Cast(
        column=column.name,
        steps=steps,
        values=((column.name, value),),
        problems=((reason, unreadable), *below, *_above(column, value, item), *_missing(column, value)),
    )


def _above(column: Column, value: str, item: TableMap) -> list[tuple[str, str]]:
    """The problem of a number above the one that limits it, which is its usual value where the row says none."""
    if column.at_most is None:
        return []
    told = quoted(_alias("v", column.at_most)) if item.column(column.at_most) is not None else "NULL"
    return [("above_maximum", f"{value} > coalesce({told}, {item.table.column(column.at_most).default or 'NULL'})")]


def _digits(text: str, ground: Ground) -> str:
    return amounts.plain_number(text, decimal=ground.decimal)


def _moment(column: Column, source: ColumnMap, ground: Ground) -> Cast:
    quick, text, zoned, wall = (quoted(_alias(kind, column.name)) for kind in ("q", "t", "z", "w"))
    bare, utc = quoted(_alias("b", column.name)), quoted(_alias("u", column.name))
    formats = source.formats or ground.formats
    field_name = quoted(source.fields[0]) if source.fields else "NULL"
    usable = not formats and _is_quick(source, ground)
    told = "NULL::TIMESTAMP" if formats else f"CASE WHEN {moments.is_zoned(text)} THEN {moments.zoned_utc(text)} END"
    written = moments.wall_time(text, formats, months=ground.months)
    steps: list[tuple[tuple[str, str], ...]] = [
        ((_alias("q", column.name), moments.quick_wall(field_name) if usable else "NULL::TIMESTAMP"),),
        ((_alias("t", column.name), f"CASE WHEN {quick} IS NULL THEN {source_text(source, ground)} END"),),
        ((_alias("z", column.name), f"CASE WHEN {text} IS NOT NULL THEN {told} END"),),
        (
            (
                _alias("w", column.name),
                (
                    f"CASE WHEN {quick} IS NOT NULL THEN {quick} WHEN {zoned} IS NULL AND {text} IS NOT NULL "
                    f"THEN {written} END"
                ),
            ),
            (
                _alias("b", column.name),
                (
                    f"CASE WHEN {quick} IS NOT NULL THEN strlen({field_name}) = 10 "
                    f"ELSE {moments.bare_date(text, formats)} END"
                ),
            ),
        ),
    ]
    problems = (
        ("bad_date", f"{wall} IS NULL AND {zoned} IS NULL AND {text} IS NOT NULL"),
        ("impossible_date", moments.out_of_range(f"coalesce({wall}, {zoned})")),
        *_missing(column, f"coalesce({wall}, {zoned})"),
    )
    local = f"CASE WHEN {wall} IS NULL THEN {moments.to_wall(zoned, ground.business_zone)} ELSE {wall} END"
    if column.kind is Kind.DATE:
        return Cast(
            column=column.name, steps=tuple(steps), values=((column.name, f"CAST({local} AS DATE)"),), problems=problems
        )
    steps.append(((_alias("u", column.name), _utc(zoned, wall, bare, ground)),))
    if ground.zone == ground.business_zone:
        day = f"CAST({local} AS DATE)"
    else:
        shifted = moments.to_wall(utc, ground.business_zone)
        day = f"CAST(CASE WHEN {wall} IS NOT NULL AND {bare} THEN {wall} ELSE {shifted} END AS DATE)"
    stored = ((column.name, utc), (str(column.business_date), day))
    return Cast(column=column.name, steps=tuple(steps), values=stored, problems=problems)


def _utc(zoned: str, wall: str, bare: str, ground: Ground) -> str:
    inside = moments.to_utc(wall, ground.zone)
    if ground.zone != ground.business_zone:
        inside = f"CASE WHEN {bare} THEN {moments.to_utc(wall, ground.business_zone)} ELSE {inside} END"
    return f"CASE WHEN {wall} IS NULL THEN {zoned} ELSE {inside} END"


def _reference(column: Column, source: ColumnMap, item: TableMap, ground: Ground) -> Cast:
    alias = _alias("k", column.name)
    key = quoted(alias)
    texts = [source_text(source, ground, position) for position in range(max(1, len(source.fields)))]
    space, target = source.id_space or ground.id_space, str(column.references)
    problems = list(_missing(column, key))
    if len(texts) > 1:
        some = f"coalesce({', '.join(f'({text})' for text in texts)}) IS NOT NULL"
        problems.insert(0, ("partial_reference", f"{key} IS NULL AND {some}"))

    def made(side: str | None) -> str:
        made_id = keys.row_id(ground.workspace, space, target, key, side=side)
        return f"CASE WHEN {key} IS NOT NULL THEN {made_id} END"

    extras: tuple[tuple[str, str], ...] = ()
    if space == STORED_IDS:
        value = f"TRY_CAST({key} AS UUID)"
    elif target != "accounts":
        value = made(None)
    else:
        side = reference_side(column, source, item, ground)
        value = made(literal("buyer") if side == "any" else side)
        if side == "any":
            extras = ((candidate_name(column.name), made(literal("supplier"))),)
    return Cast(
        column=column.name,
        steps=(((alias, keys.joined(texts)),),),
        values=((column.name, value),),
        extras=extras,
        problems=tuple(problems),
    )


def reference_side(column: Column, source: ColumnMap, item: TableMap, ground: Ground) -> str:
    """SQL for the side of the account a reference points to, or 'any'."""
    told = column.side.value if column.side else source.side or item.side or ground.side
    if told == "any":
        return "any"
    if told:
        return literal(told)
    own = item.column("side")
    return quoted(_alias("v", "side")) if own is not None else "any"


def constant(column: Column, ground: Ground) -> str:
    """SQL: what is stored in a column that the mapping does not name."""
    if column.kind is Kind.CURRENCY and column.name == CURRENCY_COLUMN:
        return literal(ground.currency)
    return "NULL" if column.default is None else literal(column.default)


def key_cast(item: TableMap, ground: Ground, content: Sequence[str]) -> Cast:
    """The table's own id: from its key fields, else from the content of the mapped fields (ordinal added later)."""
    target, space = item.table, item.id_space or ground.id_space
    alias = _alias("k", target.key)
    key = quoted(alias)
    side = quoted(_alias("v", "side")) if target.name == "accounts" else None
    if not item.key:
        parts = " || chr(31) || ".join(f"coalesce({quoted(name)}, '')" for name in content)
        return Cast(column=target.key, steps=(((alias, f"md5({parts})"),),), values=((target.key, key),))
    texts = [cleaned(quoted(name), ground.null_words) for name in item.key]
    made = keys.row_id(ground.workspace, space, target.name, key, side=side)
    return Cast(
        column=target.key,
        steps=(((alias, keys.joined(texts)),),),
        values=((target.key, f"CASE WHEN {key} IS NOT NULL THEN {made} END"),),
        problems=(("missing_required", f"{key} IS NULL"),),
    )
