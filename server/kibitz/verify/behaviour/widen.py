"""What two visits of one place have in common: least general generalisation (Plotkin, 1970), so that loops come to an end."""

from __future__ import annotations

from attrs import Factory, define

from kibitz.verify.behaviour.state import Run, Side, State, World, simple
from kibitz.verify.behaviour.terms import Term
from kibitz.verify.behaviour.values import Values

Key = tuple[int, str]


@define(eq=False)
class Place:
    """What is known at a place that was visited: the state all visits so far fit in, and the symbols made for it."""

    state: State
    symbols: set[Term] = Factory(set)
    numbers: set[int] = Factory(set)


def widened(run: Run, place: Place, now: State) -> State | None:
    """The state that holds for the visits before and for this one; None where nothing new comes with it."""
    changed = False
    slots: dict[Key, tuple[Term, Term]] = {}
    merged = place.state.copy()
    for which, (before, current) in enumerate(((place.state.old, now.old), (place.state.new, now.new))):
        _slots(run, which, before, place.state.world, current, now.world, slots)
    classes: dict[tuple[Term, Term], Term] = {}
    followers: dict[Term, set[Term]] = {}
    for previous, current_term in slots.values():
        followers.setdefault(previous, set()).add(current_term)

    def general(pair: tuple[Term, Term]) -> Term:
        """What two values have in common: all, the same attribute of what two things have in common, or nothing."""
        nonlocal changed
        previous, current = pair
        if pair not in classes:
            if (
                previous is current
                or _same_closure(run, previous, current)
                or (previous in place.symbols and len(followers.get(previous, ())) == 1)
            ):
                classes[pair] = previous
                return previous
            if previous.op == current.op == "attr" and previous.args[1] == current.args[1]:
                base = general((previous.args[0], current.args[0]))
                classes[pair] = run.table.make("attr", base, previous.args[1], run.table.number(), 0)
            else:
                classes[pair] = run.table.fresh()
            place.symbols.add(classes[pair])
            changed = True
        return classes[pair]

    for key, pair in slots.items():
        general(pair)
        side = merged.new if key[0] else merged.old
        if key[1].startswith("@"):
            side.store[int(key[1][1:])] = classes[pair]
        else:
            side.env[key[1]] = classes[pair]
    changed = _world(run, place, merged, now, classes) or changed
    for side, current in ((merged.old, now.old), (merged.new, now.new)):
        more = {n for n in current.held if n in side.store} - side.held
        side.held |= more
        changed = changed or bool(more)
    if not changed:
        return None
    place.state = merged
    return merged.copy()


def _slots(
    run: Run,
    which: int,
    before: Side,
    world: World,
    now: Side,
    now_world: World,
    slots: dict[Key, tuple[Term, Term]],
) -> None:
    """The values of one version's live registers and containers at both visits."""
    first, second = Values(run, before, world), Values(run, now, now_world)
    paired: dict[int, int] = {}
    for register in before.node.live:
        if register not in before.env and register not in now.env:
            continue
        previous, current = _one(run, first.read(register)), _one(run, second.read(register))
        one, other = _container(previous), _container(current)
        if (
            one.op == other.op == "loc"
            and one.args[1] == other.args[1]
            and _method(previous) == _method(current)
        ):
            a, b = one.args[0], other.args[0]
            if paired.setdefault(a, b) == b:
                slots[which, f"@{a}"] = (
                    _one(run, first.seen(before.store[a])),
                    _one(run, second.seen(now.store[b])),
                )
                continue
        slots[which, register] = (first.seen(previous), second.seen(current))


def _container(term: Term) -> Term:
    """A container, where the value is one or one of its methods; else the value."""
    of = term.args[0] if term.op == "attr" else term
    return of if isinstance(of, Term) and of.op == "loc" else term


def _method(term: Term) -> object:
    return term.args[1] if term.op == "attr" else None


def _one(run: Run, term: Term) -> Term:
    """A value with functions that do the same under one name."""
    if not term.shared or not run.twins:
        return term

    def change(part: Term) -> Term | None:
        if part.op == "closure":
            return run.table.make("closure", run.twins.get(part.args[0], part.args[0]))
        return None if part.shared else part

    return run.table.rebuilt(term, change)


def _same_closure(run: Run, previous: Term, current: Term) -> bool:
    if previous.op != "closure" or current.op != "closure":
        return False
    return run.closures[previous.args[0]][1] is run.closures[current.args[0]][1]


def _held(side: Side) -> set[Term]:
    """What the registers have that may still be read."""
    return {side.env[register] for register in side.node.live if register in side.env}


def _facts(
    run: Run, before: World, current: World, classes: dict[tuple[Term, Term], Term]
) -> dict[Term, bool]:
    """The decisions that were made at both visits, about the same things or about what goes by one symbol now."""
    facts = {f: v for f, v in before.facts.items() if current.facts.get(f) == v}
    was = {a: symbol for (a, _), symbol in classes.items() if symbol is not a}
    is_ = {b: symbol for (_, b), symbol in classes.items() if symbol is not b}
    if not is_:
        return facts
    first = {_about(run, before, fact, was): value for fact, value in before.facts.items()}
    for fact, value in current.facts.items():
        renamed = _about(run, current, fact, is_)
        if renamed is not fact and first.get(renamed) == value:
            facts[renamed] = value
    return facts


def _about(run: Run, world: World, fact: Term, symbols: dict[Term, Term]) -> Term:
    """A decision with values under their symbols; of a truth that still holds it does not matter since when."""
    if fact.op == "truth":
        symbol = symbols.get(fact.args[0])
        if symbol is not None:
            now = not run.containers or fact.args[1] == world.version(fact.args[0])
            return (
                run.table.make("truth", symbol, world.version(symbol) if run.containers else 0)
                if now
                else fact
            )
        return fact
    if fact.op == "cmp":
        args = tuple(symbols.get(a, a) if isinstance(a, Term) else a for a in fact.args)
        return fact if args == fact.args else run.table.make("cmp", *args)
    return fact


def _replaced(run: Run, key: Term, before: World, current: World) -> bool:
    """Whether a value is what a variable from outside had before it was set, which nobody can read any more."""
    if key.op not in ("global", "builtin") or len(key.args) != 2:
        return False
    word = run.table.make("word", key.args[0])
    return before.versions.get(word) != current.versions.get(word) or before.versions.get(word) != key.args[1]


def _world(run: Run, place: Place, merged: State, now: State, classes: dict[tuple[Term, Term], Term]) -> bool:
    """Generalise what is known of the world; whether anything had to be forgotten."""
    before, current = merged.world, now.world
    facts = _facts(run, before, current, classes)
    heap = {k: v for k, v in before.heap.items() if current.heap.get(k) is v}
    changed = facts != before.facts or len(heap) != len(before.heap)
    known = _held(merged.old) | _held(merged.new)
    versions = dict(before.versions)
    deep = before.deep
    for key in [*before.versions, *(k for k in current.versions if k not in before.versions)]:
        was, is_ = before.version(key), current.version(key)
        if was == is_ or was in place.numbers:
            continue
        if key not in before.versions:
            if key not in known and (key.op == "sym" or _replaced(run, key, before, current)):
                continue
            if not simple(key):
                if deep not in place.numbers:
                    deep = run.table.number()
                    place.numbers.add(deep)
                    changed = True
                continue
        versions[key] = run.table.number()
        place.numbers.add(versions[key])
        changed = True
    if before.epoch != current.epoch and before.epoch not in place.numbers:
        before.epoch = run.table.number()
        place.numbers.add(before.epoch)
        changed = True
    before.facts, before.heap, before.versions, before.deep = facts, heap, versions, deep
    return changed
