"""Reads a formula: a recursive descent over its words into the metric algebra. Nothing is evaluated, nothing is SQL.

formula = ["+" | "-"] product {("+" | "-") product}
product = power {("*" power) | ("/" power ["as" "share"] ["clustered" "by" column] ["times" number])}
power   = (measure | "(" formula ")") ["^" number]
measure = "sum(" fact.column {("+" | "-") fact.column} ")" | "count(" fact ")" | "count_distinct(" fact.column ")"
          {"on" date | "where" test {"and" test} | "after" number "days"}
test    = column ("=" | "!=" | "<" | "<=" | ">" | ">=") value | column "in" "(" value {"," value} ")"
          | column "is" ["not"] "empty" | column "is" "reached" | "side" "=" ("'buyer'" | "'supplier'")
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bothsides.metrics.agreed.columns import columns_of, facts_to_ask, main_date
from bothsides.metrics.agreed.mistake import FormulaError, Mistake, not_one_of
from bothsides.metrics.agreed.printing import deepest
from bothsides.metrics.agreed.words import Sort, Word, words_of
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Operator, Product, Ratio, Scalar, Test
from bothsides.schema import Kind, Side

DEEPEST = 20
"""Brackets within brackets, those written and those that the formula needs when it is printed."""

HIGHEST_POWER = 4
"""A formula is raised to a power above 0 and up to this one."""

LARGEST_SCALE = 1_000_000_000_000
"""A quotient is multiplied by a number above 0 and up to this one."""

AGGREGATES = ("sum", "count", "count_distinct")
_COMPARISONS: dict[str, Operator] = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_BY_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("=", "!=", "in"),
    Kind.BOOLEAN: ("=", "!="),
    Kind.NUMBER: (*_COMPARISONS, "in"),
    Kind.MONEY: tuple(_COMPARISONS),
    Kind.DATE: (*_COMPARISONS, "in", "is reached"),
    Kind.TIMESTAMP: (),
    Kind.ID: (),
}
"""What a column of each kind may be held against, beside `is empty` and `is not empty`."""

_WRITTEN = {
    Kind.TEXT: "a text in 'quotes'",
    Kind.BOOLEAN: "true or false",
    Kind.NUMBER: "a number",
    Kind.MONEY: "0",
    Kind.DATE: "a day like 2024-01-31",
}


def parse_formula(text: str) -> Formula:
    """The formula that a text says. Raises FormulaError naming every unknown name, or where the text breaks off.

    >>> parse_formula("count(orders)").fact
    'orders'
    """
    parser = _Parser(words_of(text))
    try:
        formula = parser.formula()
        if parser.word.sort is not Sort.END:
            parser.stop("is not expected here; allowed: + - * / ^, where, on, after, or the end")
    except _BrokenOff:
        formula = None
    if parser.mistakes or formula is None:
        raise FormulaError(parser.mistakes)
    if (depth := deepest(formula)) > DEEPEST:
        said = f"has {depth} quotients, sums or products within each other, at most {DEEPEST} are read"
        raise FormulaError([Mistake(None, "", said)])
    return formula


def parse_tests(text: str, columns: Mapping[str, Kind], what: str) -> tuple[Test, ...]:
    """Tests joined by `and`, over columns that are given; none for an empty text. Raises FormulaError.

    >>> parse_tests("category = 'SaaS' and results > 0", {"category": Kind.TEXT, "results": Kind.NUMBER}, "a step")
    (Test(column='category', operator='=', value='SaaS'), Test(column='results', operator='>', value=0))
    """
    parser = _Parser(words_of(text))
    tests: list[Test] = []
    try:
        while not parser.is_over:
            column = parser.name("a column")
            tests.append(parser.test(column, parser.kind(column, columns, what)))
            if not parser.accept("and") and not parser.is_over:
                parser.stop("is not expected here; allowed: and, or the end")
    except _BrokenOff:
        pass
    if parser.mistakes:
        raise FormulaError(parser.mistakes)
    return tuple(tests)


class _BrokenOff(Exception):  # noqa: N818 - reads as the fact
    """The text does not go on as a formula must; the mistake is noted."""


@dataclass(slots=True)
class _Parser:
    words: Sequence[Word]
    at: int = 0
    depth: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def word(self) -> Word:
        return self.words[self.at]

    @property
    def is_over(self) -> bool:
        """Whether every word was read."""
        return self.word.sort is Sort.END

    def take(self) -> Word:
        word = self.word
        if word.sort is not Sort.END:
            self.at += 1
        return word

    def is_next(self, *texts: str) -> bool:
        """Whether the next words are these names or marks; a name is known in any case."""
        ahead = self.words[self.at : self.at + len(texts)]
        return len(ahead) == len(texts) and all(
            word.sort in (Sort.NAME, Sort.MARK) and word.text.casefold() == text
            for word, text in zip(ahead, texts, strict=True)
        )

    def accept(self, *texts: str) -> bool:
        if not self.is_next(*texts):
            return False
        self.at += len(texts)
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.stop(f"stands where {text!r} is needed")

    def stop(self, said: str) -> None:
        self.note(self.word, said if self.word.sort is not Sort.END else f"the end {said}")
        raise _BrokenOff

    def note(self, word: Word, said: str) -> None:
        self.mistakes.append(Mistake(word.position, word.text, said))

    def formula(self) -> Formula:
        signed = self.word.sort is Sort.MARK and self.word.text in ("+", "-")
        sign = -1 if signed and self.take().text == "-" else 1
        terms = [(sign, self.product())]
        while self.is_next("+") or self.is_next("-"):
            sign = 1 if self.take().text == "+" else -1
            terms.append((sign, self.product()))
        return Combination(tuple(terms)) if signed or len(terms) > 1 else terms[0][1]

    def product(self) -> Formula:
        found = self.power()
        while True:
            if self.accept("*"):
                factors = [found, self.power()]
                while self.accept("*"):
                    factors.append(self.power())
                found = Product(tuple(factors))
            elif self.accept("/"):
                found = self.options(Ratio(numerator=found, denominator=self.power()))
            else:
                return found

    def options(self, ratio: Ratio) -> Ratio:
        """What may stand behind a quotient: that it is a share, how its interval is made, its scale."""
        while True:
            if self.accept("as"):
                self.expect("share")
                ratio = replace(ratio, share=True)
            elif self.accept("clustered"):
                self.expect("by")
                ratio = replace(ratio, cluster=self.name("a column").text)
            elif self.accept("times"):
                word = self.word
                ratio = replace(ratio, scale=self.number())
                if not 0 < ratio.scale <= LARGEST_SCALE:
                    self.note(word, f"is no scale: allowed are numbers above 0, up to {LARGEST_SCALE:,}")
            else:
                return ratio

    def power(self) -> Formula:
        found = self.atom()
        if not self.accept("^"):
            return found
        word = self.word
        power = self.number()
        if not 0 < power <= HIGHEST_POWER:
            self.note(word, f"is no power that is taken: allowed are numbers above 0, up to {HIGHEST_POWER}")
        bare = isinstance(found, Product) and found.power == 1
        return Product(found.factors if bare and isinstance(found, Product) else (found,), power)

    def atom(self) -> Formula:
        if self.word.sort is Sort.NUMBER:
            self.stop("is a bare number: behind a quotient write `times 100`, nothing else takes one")
        if not self.accept("("):
            return self.measure()
        self.depth += 1
        if self.depth > DEEPEST:
            self.stop(f"is bracket {self.depth} within brackets, at most {DEEPEST} are read")
        found = self.formula()
        self.expect(")")
        self.depth -= 1
        return found

    def number(self) -> float:
        if self.word.sort is not Sort.NUMBER:
            self.stop("stands where a number is needed")
        return float(self.take().text)

    def name(self, what: str) -> Word:
        if self.word.sort is not Sort.NAME:
            self.stop(f"stands where {what} is needed")
        return self.take()

    def measure(self) -> Measure:
        word = self.word
        aggregate = word.text.casefold()
        if word.sort is not Sort.NAME or aggregate not in AGGREGATES:
            self.stop(f"stands where an aggregate is needed; allowed: {', '.join(AGGREGATES)} and brackets")
        self.take()
        self.expect("(")
        fact = self.name("a fact")
        known = fact.text in facts_to_ask()
        if not known:
            self.note(fact, not_one_of("a fact", fact.text, facts_to_ask()))
        column = self.name("a column") if self.accept(".") else None
        if known:
            self.check_aggregate(aggregate, fact, column)
        added = "".join(self.more(fact, known)) if aggregate == "sum" and column else ""
        self.expect(")")
        measure = Measure(
            fact=fact.text,
            on=main_date(FACTS[fact.text]) if known else "",
            aggregate="count" if aggregate == "count" else "sum" if aggregate == "sum" else "count_distinct",
            column=f"({column.text}{added})" if column and added else column.text if column else None,
        )
        return self.clauses(measure, known)

    def more(self, fact: Word, known: bool) -> Iterator[str]:
        """Further columns of the same fact that are added or taken away row by row."""
        while self.is_next("+") or self.is_next("-"):
            sign = self.take().text
            again = self.name("a fact")
            if again.text != fact.text:
                self.note(again, f"is not {fact.text}: within one sum stand columns of one fact")
            self.expect(".")
            column = self.name("a column")
            if known:
                self.check_aggregate("sum", fact, column)
                if column.text in FACTS[fact.text].party_columns:
                    self.note(column, "differs between the two parties: it stands in a sum of its own")
            yield f" {sign} {column.text}"

    def check_aggregate(self, aggregate: str, fact: Word, column: Word | None) -> None:
        """A count has no column, the others have one that can be added or told apart."""
        columns = columns_of(fact.text)
        if aggregate == "count":
            if column is not None:
                said = f"is not counted: write count({fact.text}) for its rows, count_distinct({fact.text}.COLUMN)"
                self.note(column, said)
            return
        addable = [name for name, kind in columns.items() if kind in (Kind.MONEY, Kind.NUMBER)]
        allowed = addable if aggregate == "sum" else list(columns)
        if column is None:
            self.note(fact, f"needs a column: write {aggregate}({fact.text}.COLUMN); allowed: {', '.join(allowed)}")
        elif column.text not in allowed:
            what = f"a column of {fact.text}" + (" that can be added" if column.text in columns else "")
            self.note(column, not_one_of(what, column.text, allowed))

    def clauses(self, measure: Measure, known: bool) -> Measure:
        """Which date, which rows, and how old they must be: each at most once, in any order."""
        seen: set[str] = set()
        while self.word.sort is Sort.NAME and self.word.text.casefold() in ("on", "where", "after"):
            word = self.take()
            clause = word.text.casefold()
            if clause in seen:
                self.note(word, "stands twice behind one aggregate")
            seen.add(clause)
            if clause == "on":
                day = self.name("a date")
                if known and day.text not in FACTS[measure.fact].dates:
                    self.note(day, not_one_of(f"a date of {measure.fact}", day.text, FACTS[measure.fact].dates))
                measure = replace(measure, on=day.text)
            elif clause == "where":
                measure = self.tests(measure, known)
            else:
                measure = replace(measure, maturity_days=self.days())
        return measure

    def days(self) -> int:
        word = self.word
        number = self.number()
        if not number.is_integer() or not 1 <= number <= 3660:
            self.note(word, "is not a whole number of days from 1 to 3660")
            number = 1
        self.expect("days")
        return int(number)

    def tests(self, measure: Measure, known: bool) -> Measure:
        tests: list[Test] = []
        side = measure.side
        while True:
            column = self.name("a column")
            if column.text == "side":
                side = self.side(column, side)
            else:
                columns = {"side": Kind.CHOICE, **columns_of(measure.fact)} if known else {}
                tests.append(self.test(column, self.kind(column, columns, measure.fact) if known else None))
            if not self.accept("and"):
                break
        if self.is_next("or"):
            self.note(self.word, "is not known: tests are joined by `and`; for one of several words write `in`")
            raise _BrokenOff
        return replace(measure, side=side, where=(*measure.where, *tests))

    def kind(self, column: Word, columns: Mapping[str, Kind], what: str) -> Kind | None:
        if column.text not in columns:
            self.note(column, not_one_of(f"a column of {what}", column.text, columns))
        return columns.get(column.text)

    def side(self, column: Word, before: Side | None) -> Side | None:
        if before is not None:
            self.note(column, "is tested twice: a row belongs to one side")
        if not self.accept("="):
            self.stop("stands behind side; allowed: =")
        word = self.take()
        if word.text not in set(Side):
            self.note(word, not_one_of("a side", word.text, [f"'{side}'" for side in Side]))
            return before
        return Side(word.text)

    def test(self, column: Word, kind: Kind | None) -> Test:
        if self.accept("is"):
            return self.state(column, kind)
        word = self.take()
        operator = word.text.casefold()
        if word.sort not in (Sort.MARK, Sort.NAME) or operator not in (*_COMPARISONS, "in"):
            self.at -= word.sort is not Sort.END
            self.stop(f"stands behind {column.text}; allowed: {' '.join(_COMPARISONS)} in is")
        if kind is not None and operator not in _BY_KIND[kind]:
            allowed = ", ".join((*_BY_KIND[kind], "is empty", "is not empty"))
            self.note(word, f"cannot be asked of {column.text}; allowed: {allowed}")
        if operator != "in":
            return Test(column.text, _COMPARISONS[operator], self.value(column, kind))
        self.expect("(")
        values = [self.value(column, kind)]
        while self.accept(","):
            values.append(self.value(column, kind))
        self.expect(")")
        return Test(column.text, "in", tuple(values))

    def state(self, column: Word, kind: Kind | None) -> Test:
        """`is empty`, `is not empty`, or that a date has come."""
        if self.accept("not", "empty") or self.accept("not", "null"):
            return Test(column.text, "not null")
        if self.accept("empty") or self.accept("null"):
            return Test(column.text, "null")
        if self.is_next("reached"):
            word = self.take()
            if kind not in (None, Kind.DATE):
                self.note(word, f"is asked of dates; {column.text} holds {kind}")
            return Test(column.text, "reached")
        self.stop(f"stands behind {column.text} is; allowed: empty, not empty, reached")
        raise AssertionError

    def value(self, column: Word, kind: Kind | None) -> Scalar:
        negative = self.accept("-")
        word = self.take()
        value = _read(word)
        if value is None or (negative and word.sort is not Sort.NUMBER):
            self.at -= word.sort is not Sort.END
            self.stop(f"stands where {column.text} needs {_WRITTEN.get(kind, 'a value') if kind else 'a value'}")
            raise AssertionError
        if kind in _WRITTEN and not _fits(value, kind):
            if kind is Kind.MONEY:
                self.note(word, "does not fit: amounts can only be compared with 0; to tell sizes apart use deal_size")
            else:
                self.note(word, f"is not what {column.text} holds: write {_WRITTEN[kind]}")
        return -value if negative and isinstance(value, int | float) else value


def _read(word: Word) -> Scalar | None:
    match word.sort:
        case Sort.TEXT:
            return word.text
        case Sort.NUMBER:
            return int(word.text) if word.text.isdigit() else float(word.text)
        case Sort.DAY:
            try:
                return date.fromisoformat(word.text)
            except ValueError:
                return None
        case Sort.NAME if word.text.casefold() in ("true", "false"):
            return word.text.casefold() == "true"
        case _:
            return None


def _fits(value: Scalar, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.MONEY:
            return not isinstance(value, bool) and value == 0
        case Kind.DATE:
            return isinstance(value, date)
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)
