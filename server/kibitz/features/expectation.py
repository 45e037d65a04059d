"""What an instruction lets a change do: whether behaviour and public API have to stay as they are.

The checks are to stop mistakes, never what was asked for. So both are held only where the words speak of form alone, or
promise it; where they ask for something else, or say what is not understood here, nothing is held against the change.
An instruction is read as clauses, and a clause by its verb and what the verb is about: "add a docstring" is about form,
"add a retry" is not.
"""

from __future__ import annotations

import re

from attrs import frozen


@frozen
class Expectation:
    """`behaviour`: the code does what it did. `api`: what other code may call is there, and is called as before."""

    behaviour: bool
    api: bool


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROMISE = re.compile(
    r"(?:\b(?:without|not|n't|never) (?:chang|alter|touch|affect|break|modify)\w*"
    r"|\b(?:keep|keeping|keeps|preserve|preserving|retain|retaining|maintain|maintaining)\b|\bsame\b)(?P<what>[^,;.]*)"
)
"""What is promised, up to the next mark: "without changing the signature", "keep its behaviour"."""
_PROMISED_API = re.compile(r"\b(?:apis?|interfaces?|signatures?|param\w*|arg\w*|names?|callers?)\b")
_PROMISED_BEHAVIOUR = re.compile(
    r"\b(?:behaviou?r|semantics?|functionality|logic|outputs?|results?|effects?|meaning|what it does|how it works)\b"
)
_PROMISED_ALL = re.compile(r"\W*(?:it|this|that|anything|things|anything else)?\W*")

_CLAUSES = re.compile(r"[.,;:!?()\n]|\b(?:and|then|but|so that|while|by|plus|or)\b")
_LEAD = re.compile(
    r"^(?:please|kindly|just|now|also|simply|can you|could you|would you|you should|let us|let's|i want (?:you )?to|i'd like (?:you )?to"
    r"|to|try to|first|finally|here|maybe|we should|should|must|it should|this should)\s+"
)

_GOES_ON = re.compile(r"\w+ (?:to|as|into) \w+|let|\w{1,2}")
"""What is no clause of its own: "rename a to b and c to d", "use const and let"."""
_EARLY = re.compile(r"\b(?:return|exit|bail|bail out|continue) early\b")

_FORM_VERBS = _words("""simplify clean tidy refactor restructure reorganize reorganise reformat format shorten polish modernize modernise upgrade
    optimize optimise speed flatten unnest invert flip negate split extract factor deduplicate dedupe rename name call inline
    organize organise document annotate comment type improve merge combine collapse unify introduce hoist pull move prefer
    indent align beautify dry condense compact decompose modularize modularise vectorize vectorise pythonify de-duplicate
    unroll expand rearrange reorder group encapsulate isolate clarify describe explain break unwrap lint""")
_EITHER_VERBS = _words("""use convert turn transform replace change make rewrite write remove delete drop add insert put switch apply do get create
    generate fix update avoid reduce sort give define declare set implement translate complete correct eliminate strip trim
    provide supply cut""")
"""Verbs that say nothing without what they are about."""
_OTHER_VERBS = _words("""handle validate check verify ensure guard protect repair solve debug raise throw panic return yield log print trace warn
    retry cache memoize memoise limit clamp cap reject ignore skip accept allow support take default disable enable increase
    decrease filter reverse round escape sanitize sanitise encrypt decrypt lock parallelize parallelise send save store load read
    fetch close dispose release stop start count emit include exclude omit lowercase uppercase normalize normalise require catch
    treat compute calculate parse respect honor honour expose hide deprecate invalidate stream batch paginate wait let""")

_FORM = re.compile(
    r"\b(?:simpler|simplest|cleaner|clearer|tidier|neater|nicer|better|prettier|shorter|faster|quicker|smaller|flatter|drier|leaner"
    r"|more (?:\w+ )?(?:readable|legible|idiomatic|pythonic|elegant|concise|compact|efficient|performant|modern|explicit|maintainable"
    r"|functional|expressive|understandable|declarative)|less (?:\w+ )?(?:nested|verbose|complex|complicated|repetitive|code)"
    r"|readable|readability|legible|idiomatic|pythonic|elegant|concise|compact|efficient|performant|clean code|easier to \w+"
    r"|(?:list|dict|set|dictionary|generator)? ?comprehensions?|generator expressions?|(?:for|while|for-each|foreach|range|plain|normal)? ?loops?"
    r"|guard clauses?|early (?:returns?|exits?|continue)|(?:return|returns|exit|exits|bail|bail out) early|nest(?:ed|ing)|f-?strings?"
    r"|(?:template|string) (?:literals?|strings?|interpolation)|type (?:hints?|annotations?)|(?:better|missing|more|return|explicit|static)? ?types"
    r"|typing|annotations?|docstrings?|documentation|doc(?:s| comments?)?|comments?|jsdoc|javadoc|godoc|rustdoc|tsdoc|walrus"
    r"|ternar(?:y|ies)|conditional expression|match(?: statement| expression)?|switch statement|if let|let else|question mark operator"
    r"|pathlib|magic (?:numbers?|values?|strings?)|(?:named |local |module |helper )?(?:constants?|variables?)|complexity|duplicat\w*|redundan\w*"
    r"|repetition|boilerplate|unused|dead code|commented[- ]out|unnecessary|needless|superfluous|useless|arrow functions?|destructuring"
    r"|optional chaining|nullish\w*|spread|const|let|with statement|helpers?|(?:smaller|separate|own|helper|new|private|inner|pure) (?:functions?|methods?)"
    r"|into (?:a |an |its own |several |two |three |many )?(?:\w+ )?(?:functions?|methods?)|early|whitespace|blank lines?|trailing \w+|typos?|imports?"
    r"|formatting|style|line length|indentation|syntax|idioms?|(?:variable|clearer|better|descriptive|meaningful|good) names?|naming|name"
    r"|contextlib|itertools|functools|yield from|comparisons?|membership tests?|else|if statements?|declarations?|other way (?:round|around)"
    r"|call sites?|usages|snake_?case|camel_?case|pascal_?case|streams?|iterators? chain|enumerate|zip|any|all|sum|dict\.get|join|sorted|walrus operator)\b"
)
"""What is about how code is written."""

_MATTER = re.compile(
    r"\b(?:error (?:handling|messages?)|messages?|exceptions?|logging|return values?|default|timeouts?|retr(?:y|ies)|cach\w*|stops?|raises?|throws?"
    r"|returns?(?! types?)|skips?|ignores?|fails?|works?|accepts?|handles?|logs?|prints?|crash\w*|waits?|limits?|validat\w*)\b"
)
"""What is about what code does, whatever is said of how it is to be written."""
_TEXT = re.compile(
    r"\b(?:comments?|doc\w*|jsdoc|types?|annotat\w*|type hints?|early returns?|names?|naming)\b"
)

_OTHER_API = re.compile(
    r"\b(?:signatures?|interfaces?|apis?|param\w*|arguments?|args?|kwargs?|keyword(?:-only| only)|positional(?:-only| only)?|public|private"
    r"|export\w*|unexport\w*|optional|required|overload\w*|static ?methods?|class ?methods?|propert(?:y|ies)|(?:data|abstract|base|sub|super) ?class(?:es)?"
    r"|class(?:es)?|structs?|records?|traits?|builders?|named ?tuples?|enums?|protocols?|inherit\w*|generators?|context managers?|decorators?|callers?"
    r"|configurable|generic|async\w*|sync\w*|coroutines?|awaitable|await|callbacks?|promises?|returns? (?:an?|the|both|tuples?|lists?|dict\w*|none|null))\b"
)
"""What is, or may be, about how code is called."""
_FORM_ANYWAY = re.compile(
    r"\b(?:private|unused|missing|redundant|local) (?:functions?|methods?|helpers?|variables?|param\w*|arguments?|imports?)"
    r"|(?:type|return type)[\w ]* (?:of |for |to |on )?(?:the |its |all )?(?:param\w*|arguments?|args?|return\w*|propert\w+|class(?:es)?|callbacks?)"
    r"|document\w* (?:the |its |all |this )?(?:param\w*|arguments?|args?|class(?:es)?|propert\w+|public api|api)"
    r"|simplif\w* (?:the |this )?class|(?:optional chaining)|generator expressions?\b"
)
_API_VERBS = _words(
    "rename remove delete drop move inline accept allow support take deprecate expose hide encapsulate"
)
_SHAPES = re.compile(
    r"\b(?:data ?class(?:es)?|named ?tuples?|enums?|async\w*|sync|synchronous|coroutines?|await|generators?|propert(?:y|ies)|context managers?"
    r"|decorators?|callbacks?|promises?|builders?|threads?|thread-?safe|parallel|concurrent\w*|lazy|lazily)\b"
)
"""Other forms that are other behaviour too: when code runs, and what comes with it."""
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")


def expectation(instruction: str) -> Expectation:
    """What must stay as it was under an instruction. No instruction at all asks for the same thing, better written."""
    said = _QUOTED.sub("x", " ".join(instruction.lower().replace("\u2019", "'").split()))
    said = _EARLY.sub("early return", said)
    if not said:
        return Expectation(behaviour=True, api=True)
    api_promised = behaviour_promised = False

    def noted(match: re.Match[str]) -> str:
        nonlocal api_promised, behaviour_promised
        every = _PROMISED_ALL.fullmatch(match["what"]) is not None
        api, behaviour = every or bool(_PROMISED_API.search(match["what"])), every
        behaviour = behaviour or bool(_PROMISED_BEHAVIOUR.search(match["what"]))
        api_promised |= api
        behaviour_promised |= behaviour
        return "," if api or behaviour else match.group()

    clauses = [_LEAD.sub("", c.strip()).strip() for c in _CLAUSES.split(_PROMISE.sub(noted, said))]
    read = [_read(clause, first=number == 0) for number, clause in enumerate(c for c in clauses if c)]
    behaviour = all(r.behaviour for r in read)
    api = all(r.api for r in read)
    return Expectation(behaviour_promised or behaviour, api_promised or api)


def _read(clause: str, *, first: bool) -> Expectation:
    """One clause; what is not understood asks for anything, unless it goes on from another: "rename x and y"."""
    if not first and _GOES_ON.fullmatch(clause):
        return Expectation(behaviour=True, api=True)
    verb = re.split(r"[^\w-]", clause, maxsplit=1)[0]
    form = verb in _FORM_VERBS or (verb not in _OTHER_VERBS and _FORM.search(clause) is not None)
    if verb in _EITHER_VERBS | {"improve"} and _MATTER.search(clause) and not _TEXT.search(clause):
        form = False
    if not form and verb not in _OTHER_VERBS | _EITHER_VERBS | {"improve"}:
        return Expectation(behaviour=not first, api=not first)
    rest = _FORM_ANYWAY.sub(" ", clause)
    plain = _FORM_ANYWAY.search(clause) is not None or (form and verb not in _FORM_VERBS)
    touches = _OTHER_API.search(rest) is not None or (verb in _API_VERBS and not plain)
    return Expectation(behaviour=form and _SHAPES.search(rest) is None, api=not touches)
