"""What instructions, in the words people use, let a change do."""

from __future__ import annotations

import pytest

from kibitz.features.expectation import Expectation, expectation

BOTH = (
    "",
    "   ",
    "Make this code simpler and clearer without changing what it does.",
    "simplify",
    "Simplify this condition",
    "clean this up",
    "please refactor this function",
    "make it nicer",
    "make this more readable",
    "Make it shorter.",
    "make it more pythonic",
    "less nested please",
    "reduce the nesting",
    "reduce duplication",
    "use early returns",
    "use a guard clause",
    "return early",
    "use a list comprehension",
    "convert the comprehension to a loop",
    "turn this loop into a comprehension",
    "use f-strings",
    "use template literals",
    "add type hints",
    "add types to the parameters",
    "add a docstring",
    "add documentation",
    "document the parameters",
    "write a comment that explains why",
    "fix the typos in the comments",
    "remove unused imports",
    "sort the imports",
    "remove dead code",
    "remove the unused private function",
    "remove the unnecessary else",
    "extract the parsing part into a function",
    "extract a helper",
    "split this into smaller functions",
    "break it up into two functions",
    "extract variable",
    "introduce a variable for the total",
    "name this expression",
    "replace the magic number with a constant",
    "merge the nested ifs",
    "invert the if",
    "use a match statement",
    "Use yield from.",
    "Use contextlib.suppress.",
    "Chain the comparison.",
    "Use a membership test.",
    "Make the branches explicit with else.",
    "Put the declarations together.",
    "Write it as an if statement.",
    "Write the comparison the other way round.",
    "use pathlib",
    "rewrite it with any()",
    "modernise this code",
    "use optional chaining",
    "use const and let",
    "convert to arrow functions",
    "make this faster",
    "optimise it",
    "format it",
    "clean up, but keep the API",
    "extract the error handling into a helper",
    "replace the loop with a comprehension",
    "make it return early",
    "add missing return types",
    "improve the comments",
    "Add type annotations, where the code makes them certain.",
)
API_MAY_CHANGE = (
    "rename this to something clear",
    "rename `total` to `sum_of_prices`",
    "rename count to n and limit to most",
    "inline this helper",
    "inline the function",
    "move this into the base class",
    "extract this into a class",
    "split this class in two",
    "reorder the parameters",
    "merge the two parameters",
    "make these parameters keyword-only but keep the behaviour",
)
BEHAVIOUR_MAY_CHANGE = (
    "handle the empty list",
    "raise ValueError for negative numbers",
    "validate the input",
    "add logging",
    "add error handling",
    "add a retry",
    "log the total",
    "cache the result",
    "make the error message clearer",
    "make the loop stop at the first match",
    "improve error handling",
    "stop using globals",
    "fix the off-by-one error",
    "fix the bug",
    "return 0 instead of None",
    "sort the result",
    "skip empty lines",
    "print the result too",
    "replace requests with httpx",
    "change the limit to 10",
    "clean this up and handle None",
    "add a check for zero, but keep the signature",
    "retry three times without changing the signature",
)
ANYTHING = (
    "add a parameter for the timeout",
    "add an optional argument `strict`",
    "accept a list as well",
    "let callers pass a timeout",
    "make limit optional",
    "make it async",
    "convert to async",
    "convert this function to async",
    "make it synchronous again",
    "use a dataclass",
    "turn this class into a dataclass",
    "make it a property",
    "turn this into a generator",
    "return a tuple instead",
    "remove this function",
    "remove the second print",
    "delete the method",
    "make the method private",
    "use an enum",
    "make it generic",
    "support bytes too",
    "convert to a context manager",
    "use async/await instead of promises",
    "füge einen Parameter hinzu",
    "mach das asynchron",
    "このコードを変更",
    "frobnicate",
)


@pytest.mark.parametrize("words", BOTH)
def test_words_about_form_hold_behaviour_and_api(words: str) -> None:
    assert expectation(words) == Expectation(behaviour=True, api=True)


@pytest.mark.parametrize("words", API_MAY_CHANGE)
def test_words_about_names_and_calls_hold_behaviour(words: str) -> None:
    assert expectation(words) == Expectation(behaviour=True, api=False)


@pytest.mark.parametrize("words", BEHAVIOUR_MAY_CHANGE)
def test_words_about_what_code_does_hold_the_api(words: str) -> None:
    assert expectation(words) == Expectation(behaviour=False, api=True)


@pytest.mark.parametrize("words", ANYTHING)
def test_words_that_ask_for_both_or_are_not_understood_hold_nothing(words: str) -> None:
    assert expectation(words) == Expectation(behaviour=False, api=False)


@pytest.mark.parametrize("words", [*ANYTHING, *BEHAVIOUR_MAY_CHANGE])
def test_a_promise_counts_whatever_else_is_asked(words: str) -> None:
    assert expectation(f"{words}, without changing the behaviour").behaviour
    assert expectation(f"{words}; keep the signature").api


@pytest.mark.parametrize(
    "said",
    ["Rename the helper and update its call sites.", "Rename the parameter and update its call sites."],
)
def test_a_renaming_keeps_what_the_code_does(said: str) -> None:
    assert expectation(said).behaviour
    assert not expectation(said).api
