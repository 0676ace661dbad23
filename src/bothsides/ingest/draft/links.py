"""What several files share: which field points to which file's rows, which side a list of accounts is, one id space."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bothsides.ingest.draft.guess import FileGuess, accounts_known_by
from bothsides.ingest.draft.matching import Match
from bothsides.ingest.draft.names import words
from bothsides.ingest.draft.profile import ColumnProfile, FileProfile, overlap
from bothsides.ingest.draft.records import Sure
from bothsides.schema import TABLES, Kind, Side

BOTH = "other files name its rows as buyers and as suppliers, and no field tells which is which: taken as buyers"
"""Why the side of a list of companies is a guess."""
SHARED = "market"
"""The id space of sources whose keys meet."""
_ENOUGH = 0.3
_LISTED = 0.5
"""Share of the keys of a file that must be companies of other files, for it to be a list of accounts."""
_ALL = 0.8
"""Share of the companies of another file that must be keys of it, where it lists many more."""
_RUNNING = 1000
SIDE_WORDS: dict[str, frozenset[str]] = {
    "buyer": frozenset(
        "buyer buyers customer customers client clients purchaser cliente clientes comprador consumer kunde "
        "kunden kaufer besteller acheteur acheteurs compradores".split()
    ),
    "supplier": frozenset(
        "supplier suppliers seller sellers vendor vendors merchant merchants provider providers store stores "
        "shop shops fornecedor fornecedores vendedor vendedores lojista lieferant lieferanten handler "
        "verkaufer anbieter fournisseur fournisseurs vendeur vendeurs proveedor proveedores".split()
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference column of one file whose values are keys of another: `share` of its distinct values are found."""

    source: int
    column: str
    target: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A constant that no field holds, how sure it is and why."""

    value: str
    sure: Sure
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A column of accounts whose values are companies that another file only names, as its buyers or suppliers."""

    source: int
    column: str
    target: int
    side: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Every file with its links, the side of lists of accounts and leads, and the id space of each file."""

    guesses: tuple[FileGuess, ...]
    links: tuple[Link, ...]
    sides: tuple[Decided | None, ...]
    shared: frozenset[int]
    mentions: tuple[Mention, ...] = ()

    def mention(self, source: int, column: str) -> Mention | None:
        """The file whose buyers or suppliers that column names most of, None for none."""
        found = [one for one in self.mentions if one.source == source and one.column == column]
        return max(found, key=lambda one: one.share, default=None)

    def link(self, source: int, column: str) -> Link | None:
        """Where that column of that file points, None when into no file."""
        return next((one for one in self.links if one.source == source and one.column == column), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A link that would hold if the target file were known by `key`; `weight` ranks the candidates of one column."""

    link: Link
    key: Match
    weight: float


def connect(guesses: Sequence[FileGuess]) -> Network:
    """Compare keys and references of all files by their values."""
    candidates = [
        candidate
        for source, guess in enumerate(guesses)
        for column in _references(guess)
        for candidate in _candidates(guesses, source, column)
    ]
    keys = _chosen_keys(guesses, candidates)
    files = [replace(guess, key=keys.get(position, guess.key)) for position, guess in enumerate(guesses)]
    links = _best_links([one for one in candidates if one.key.field.name == keys[one.link.target].field.name])
    sides = tuple(_side(files, position, links) for position in range(len(files)))
    shared = _shared(files, links)
    links = [link for link in links if _on_its_side(files, sides, link)]
    mentions = tuple(_mentions(files, links))
    met = {position for one in mentions for position in (one.source, one.target)}
    return Network(guesses=tuple(files), links=tuple(links), sides=sides, shared=shared | met, mentions=mentions)


def listed_companies(profile: FileProfile, guesses: Sequence[FileGuess]) -> FileGuess | None:
    """A file that nothing but its keys tells to be a list of accounts: most of them are buyers or suppliers elsewhere.

    Running numbers from 1 tell nothing, because any two files share them.
    """
    for key in profile.columns:
        running = key.figures is not None and key.figures.low < _RUNNING
        if not key.unique or key.dates is not None or running:
            continue
        named = sum(max((overlap(key, one) for one in _of(guesses, side)), default=0.0) for side in Side)
        if named >= _LISTED or any(overlap(one, key) >= _ALL for side in Side for one in _of(guesses, side)):
            return accounts_known_by(profile, key)
    return None


def _of(guesses: Sequence[FileGuess], side: Side) -> list[ColumnProfile]:
    return [field for guess in guesses for field in _parties(guess, side)]


def _mentions(files: Sequence[FileGuess], links: Sequence[Link]) -> Iterator[Mention]:
    """Accounts of either side that no file lists, but that another file names as its buyers or suppliers."""
    linked = {(link.source, link.column) for link in links}
    for source, guess in enumerate(files):
        for name in _references(guess):
            column = TABLES[guess.table].column(name)
            if column.references != "accounts" or column.side is not None or (source, name) in linked:
                continue
            mine = guess.found[name].field
            for target, other in enumerate(files):
                for side in Side if target != source else ():
                    for theirs in _parties(other, side):
                        share = overlap(mine, theirs)
                        if share >= _ENOUGH or _same_companies(mine, theirs):
                            yield Mention(source=source, column=name, target=target, side=side.value, share=share)


def _chosen_keys(guesses: Sequence[FileGuess], candidates: Sequence[_Candidate]) -> dict[int, Match]:
    """The key of each file that others point to: the one that finds most of their values, required columns first."""
    votes: dict[int, dict[str, float]] = {}
    keys: dict[tuple[int, str], Match] = {}
    for one in candidates:
        target, name = one.link.target, one.key.field.name
        column = TABLES[guesses[one.link.source].table].column(one.link.column)
        weight = 0.01 if one.link.source == target else (3.0 if column.required else 1.0)
        cast = votes.setdefault(target, {})
        cast[name] = cast.get(name, 0.0) + weight * one.weight
        keys[target, name] = one.key
    return {target: keys[target, max(cast, key=lambda name: cast[name])] for target, cast in votes.items()}


def _on_its_side(files: Sequence[FileGuess], sides: Sequence[Decided | None], link: Link) -> bool:
    """Whether the accounts a column points to can be found on its side: a list taken for buyers has no suppliers."""
    wanted, decided = TABLES[files[link.source].table].column(link.column).side, sides[link.target]
    return wanted is None or decided is None or decided.value == wanted.value


def _best_links(candidates: Sequence[_Candidate]) -> list[Link]:
    best: dict[tuple[int, str], _Candidate] = {}
    for one in candidates:
        place = (one.link.source, one.link.column)
        if place not in best or one.weight > best[place].weight:
            best[place] = one
    return [one.link for one in best.values()]


def _references(guess: FileGuess) -> list[str]:
    columns = TABLES[guess.table].columns[1:]
    return [
        column.name for column in columns if column.kind is Kind.ID and column.references and column.name in guess.found
    ]


def _candidates(files: Sequence[FileGuess], source: int, column: str) -> Iterator[_Candidate]:
    """The files, and the fields that could be their key, which hold at least a third of the column's values."""
    wanted = TABLES[files[source].table].column(column)
    field = files[source].found[column].field
    for target, guess in enumerate(files):
        if guess.table != wanted.references:
            continue
        named = None if "side" in guess.found else _named_side(guess)
        if wanted.side is not None and named not in (None, wanted.side.value):
            continue
        for key in _possible_keys(guess):
            share = overlap(field, key.field)
            if share >= _ENOUGH and key.field.name != (field.name if target == source else None):
                link = Link(source=source, column=column, target=target, share=share)
                yield _Candidate(
                    link=link, key=key, weight=share + 0.2 * key.named + (0.2 if wanted.side and named else 0.0)
                )


def _possible_keys(guess: FileGuess) -> list[Match]:
    """The key as guessed, and for accounts any other field that names each row, such as the name."""
    found = [guess.key] if guess.key is not None else []
    if guess.table == "accounts":
        taken = {match.field.name for match in found}
        found += [
            Match(column="account_id", field=field, named=0.5, fit=1.0)
            for field in guess.profile.columns
            if field.unique and field.name not in taken and field.dates is None
        ]
    return found


def _named_side(guess: FileGuess) -> str | None:
    """The side that the file's name or the key's name says, None for neither or both."""
    name = set(words(guess.profile.stem))
    for vocabulary in (name, set(words(guess.key.field.name)) if guess.key else set()):
        said = [side for side, known in SIDE_WORDS.items() if vocabulary & known]
        if len(said) == 1:
            return said[0]
    return None


def _side(files: Sequence[FileGuess], position: int, links: Sequence[Link]) -> Decided | None:
    """The constant side of a list of accounts, leads or deals that has no side field."""
    guess = files[position]
    names = TABLES[guess.table].column_names
    if "side" not in names or "side" in guess.found:
        return None
    said = _named_side(guess)
    if said is not None:
        return Decided(value=said, sure=Sure.LIKELY, reason=f"the file or its key is named after {said}s")
    pointed = {
        side.value
        for link in links
        if link.target == position and (side := TABLES[files[link.source].table].column(link.column).side)
    }
    if len(pointed) == 1:
        (pointing,) = pointed
        return Decided(value=pointing, sure=Sure.LIKELY, reason=f"other files name its rows as their {pointing}")
    if len(pointed) > 1:
        return Decided(value=Side.BUYER.value, sure=Sure.GUESS, reason=BOTH)
    if guess.table == "accounts" or TABLES[guess.table].column("side").required:
        return Decided(
            value=Side.BUYER.value,
            sure=Sure.GUESS,
            reason='nothing in the file tells the side; change to "supplier" if it is',
        )
    return None


def _shared(files: Sequence[FileGuess], links: Sequence[Link]) -> frozenset[int]:
    """Files whose keys meet: linked ones, and ones that name some of the same companies on the same side."""
    found = {position for link in links if link.source != link.target for position in (link.source, link.target)}
    for left in range(len(files)):
        for right in range(left + 1, len(files)):
            if _meet(files[left], files[right]):
                found |= {left, right}
    return frozenset(found)


def _meet(left: FileGuess, right: FileGuess) -> bool:
    return any(
        _same_companies(mine, theirs)
        for side in Side
        for mine in _parties(left, side)
        for theirs in _parties(right, side)
    )


def _parties(guess: FileGuess, side: Side) -> list[ColumnProfile]:
    columns = TABLES[guess.table].columns[1:]
    return [guess.found[column.name].field for column in columns if column.side is side and column.name in guess.found]


def _same_companies(mine: ColumnProfile, theirs: ColumnProfile) -> bool:
    smaller, larger = sorted((mine, theirs), key=lambda field: field.distinct)
    share = overlap(smaller, larger)
    return share >= 0.02 and share * smaller.distinct >= 3
