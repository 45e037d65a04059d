"""Lists, sets and dicts that only one version knows of yet: what is in them, instead of what they are."""

from __future__ import annotations

from attrs import define

from kibitz.verify.behaviour.state import Run, Side, World, located
from kibitz.verify.behaviour.terms import Term


@define(eq=False)
class Containers:
    """The registers and containers of one version in one world."""

    run: Run
    side: Side
    world: World

    def read(self, register: str) -> Term:
        """A register's value; what was never given one is unbound."""
        found = self.side.env.get(register)
        name = register.rpartition(":")[2].partition(".")[0]
        return found if found is not None else self.run.table.make("unbound", name)

    def seen(self, term: Term) -> Term:
        """A value as others see it: containers that only this version knows of are what is in them."""
        if not term.local:
            return term

        def change(part: Term) -> Term | None:
            if part.op == "loc":
                contents = self.seen(self.side.store[part.args[0]])
                return self.run.table.make("obj", part.args[1], contents)
            return None if part.local else part

        return self.run.table.rebuilt(term, change)

    def put(self, term: Term) -> Term:
        """What comes into a container: one that is in another already is not a new one."""
        numbers = set(located(term))
        again = bool(numbers & self.side.held)
        self.side.held |= numbers
        return self.run.table.make("again", term) if again else term

    def allocate(self, kind: str, contents: Term) -> Term:
        """A container nobody else knows of."""
        number = self.run.table.number()
        self.side.store[number] = contents
        return self.run.table.make("loc", number, kind)

    def new(self, kind: str, marks: tuple[str, ...], args: list[Term]) -> Term:
        """A list, set or dict as written."""
        make = self.run.table.make
        contents = make("nil", kind)
        for at, mark in enumerate(marks):
            if mark == "k":
                contents = make("setitem", contents, args[at], self.put(args[at + 1]))
            elif mark in ("*", "**"):
                contents = self.filled(kind, contents, args[at])
            elif mark == "":
                contents = make("append" if kind == "list" else "add", contents, self.put(args[at]))
        return self.allocate(kind, contents)

    def filled(self, kind: str, contents: Term, more: Term) -> Term:
        """The contents after everything in a value was added."""
        make = self.run.table.make
        inner = (
            self.side.store[more.args[0]] if more.op == "loc" else more.args[1] if more.op == "obj" else None
        )
        if more.op == "tuple" and all(mark == "" for mark, _ in more.args) and kind != "dict":
            for _, item in more.args:
                contents = make("append" if kind == "list" else "add", contents, item)
            return contents
        if (
            inner is not None
            and contents.op == "nil"
            and (more.args[1] if more.op == "loc" else more.args[0]) == kind
        ):
            return inner
        chain: list[Term] = []
        while inner is not None and inner.op in ("append", "add", "setitem"):
            chain.append(inner)
            inner = inner.args[0]
        if inner is not None and inner.op == "nil":
            for link in reversed(chain):
                if kind == "dict" and link.op == "setitem":
                    contents = make("setitem", contents, *link.args[1:])
                elif kind != "dict" and link.op != "setitem":
                    contents = make("append" if kind == "list" else "add", contents, link.args[1])
                else:
                    return make("extend", contents, self.seen(more))
            return contents
        shown = self.seen(more)
        return make("extend", contents, shown, self.world.version(shown))
