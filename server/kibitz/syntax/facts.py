"""What is known of each language, as data: comments, strings, blocks, tests, words."""

from __future__ import annotations

from typing import Literal

from attrs import evolve, frozen

Blocks = Literal["indent", "braces", "end"]


@frozen
class Facts:
    """One language.

    `line_comment` and `block_comment` are what a comment is written with ("" and () where there is none); `quotes` opens
    strings, longest first; `blocks` is how a body ends; `indent` is what one level is by custom; `test_file` is the
    customary name of a test file with {name} for the stem of the tested one; `test_name` matches the names of tests
    (a regular expression); `words` are keywords and names that need no definition; `implicit_self` says that members
    of the enclosing class are in scope by their bare names; `scoped_blocks` that a variable ends with its block;
    `modules_bind` that importing a module makes its name visible.
    """

    name: str
    line_comment: str = ""
    block_comment: tuple[str, str] | tuple[()] = ()
    doc_comment: str = ""
    quotes: tuple[str, ...] = ('"', "'")
    blocks: Blocks = "braces"
    indent: str = "    "
    test_file: str = ""
    test_name: str = r"^test"
    words: frozenset[str] = frozenset()
    implicit_self: bool = False
    scoped_blocks: bool = True
    modules_bind: bool = False

    @property
    def comments(self) -> tuple[str, ...]:
        """Everything that starts a comment."""
        return tuple(part for part in (self.line_comment, *self.block_comment[:1]) if part)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_JS_WORDS = """async await break case catch class const continue debugger default delete do else export extends false
finally for from function get if import in instanceof let new null of return set static super switch this throw true try
typeof undefined var void while with yield arguments Array ArrayBuffer Boolean BigInt Buffer DataView Date Error Function
Infinity Intl JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol
SyntaxError TypeError URL URLSearchParams Uint8Array WeakMap WeakSet console decodeURIComponent document
encodeURIComponent exports fetch global globalThis isFinite isNaN module parseFloat parseInt process prototype
queueMicrotask require setImmediate setInterval setTimeout clearInterval clearTimeout structuredClone window length push
then constructor"""
_TS_WORDS = """abstract any as asserts bigint boolean declare enum implements infer interface is keyof module namespace never
number object private protected public readonly satisfies string symbol type unknown Awaited Exclude Extract NonNullable
Omit Parameters Partial Pick Readonly Record Required ReturnType"""
_C_WORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true
false NULL size_t ssize_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t FILE malloc calloc realloc
free printf fprintf snprintf memcpy memset strlen strcmp"""

_C_LIKE = Facts("", line_comment="//", block_comment=("/*", "*/"), doc_comment="/**", implicit_self=True)

_JAVASCRIPT = Facts(
    "JavaScript",
    line_comment="//",
    block_comment=("/*", "*/"),
    doc_comment="/**",
    quotes=('"', "'", "`"),
    indent="  ",
    test_file="{name}.test.js",
    test_name=r"^(test|it|describe)$",
    words=_words(_JS_WORDS),
)
_TYPESCRIPT = evolve(
    _JAVASCRIPT, name="TypeScript", test_file="{name}.test.ts", words=_words(_JS_WORDS) | _words(_TS_WORDS)
)

FACTS: dict[str, Facts] = {
    "python": Facts(
        "Python",
        line_comment="#",
        doc_comment='"""',
        quotes=('"""', "'''", '"', "'"),
        blocks="indent",
        test_file="test_{name}.py",
        test_name=r"^(test_|Test)",
        scoped_blocks=False,
        modules_bind=True,
        words=_words(
            """False None True and as assert async await break case class continue def del elif else except finally for from
            global if import in is lambda match nonlocal not or pass raise return self cls super try type while with yield
            abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
            delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex
            id input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow
            print property range repr reversed round set setattr slice sorted staticmethod str sum tuple vars zip
            ArithmeticError AssertionError AttributeError BaseException BrokenPipeError ConnectionError EOFError Exception
            ExceptionGroup FileExistsError FileNotFoundError ImportError IndexError InterruptedError IsADirectoryError
            KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError
            NotImplemented NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError
            StopAsyncIteration StopIteration SyntaxError SystemExit TimeoutError TypeError UnboundLocalError UnicodeDecodeError
            UnicodeEncodeError UnicodeError UserWarning DeprecationWarning RuntimeWarning ValueError Warning
            ZeroDivisionError Ellipsis __name__ __file__ __doc__ __init__ __main__ __all__ __dict__ __class__ __import__"""
        ),
    ),
    "javascript": _JAVASCRIPT,
    "javascriptreact": evolve(_JAVASCRIPT, name="JavaScript JSX", test_file="{name}.test.jsx"),
    "typescript": _TYPESCRIPT,
    "typescriptreact": evolve(_TYPESCRIPT, name="TypeScript JSX", test_file="{name}.test.tsx"),
    "go": Facts(
        "Go",
        line_comment="//",
        block_comment=("/*", "*/"),
        doc_comment="//",
        quotes=('"', "'", "`"),
        indent="\t",
        test_file="{name}_test.go",
        modules_bind=True,
        test_name=r"^(Test|Benchmark|Example|Fuzz)",
        words=_words(
            """break case chan const continue default defer else fallthrough for func go goto if import interface map package
            range return select struct switch type var any bool byte comparable complex64 complex128 error float32 float64
            int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap
            clear close complex copy delete imag len make max min new panic print println real recover"""
        ),
    ),
    "rust": Facts(
        "Rust",
        line_comment="//",
        block_comment=("/*", "*/"),
        doc_comment="///",
        quotes=('"', "'"),
        modules_bind=True,
        test_name=r"^test_|_test$|^it_|^should_",
        words=_words(
            """as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move
            mut pub ref return self Self static struct super trait true type union unsafe use where while bool char f32 f64
            i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize Box Clone Copy Debug Default Drop Eq Err Fn FnMut FnOnce
            From Hash Into Iterator IntoIterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String Sync
            ToOwned ToString Vec assert assert_eq assert_ne dbg drop eprintln format matches panic print println todo
            unimplemented unreachable vec write writeln std core alloc"""
        ),
    ),
    "java": evolve(
        _C_LIKE,
        name="Java",
        quotes=('"""', '"', "'"),
        test_file="{name}Test.java",
        words=_words(
            """abstract assert boolean break byte case catch char class const continue default do double else enum extends
            final finally float for goto if implements import instanceof int interface long native new non-sealed package
            permits private protected public record return sealed short static strictfp super switch synchronized this
            throw throws transient true false null try var void volatile while yield Boolean Byte Character Class Comparable
            Double Enum Error Exception Float IllegalArgumentException IllegalStateException Integer Iterable Long Math
            NullPointerException Number Object Override Record Runnable RuntimeException Short String StringBuilder System
            Thread Throwable UnsupportedOperationException Void"""
        ),
    ),
    "c": evolve(
        _C_LIKE,
        name="C",
        quotes=('"', "'"),
        implicit_self=False,
        test_file="test_{name}.c",
        words=_words(_C_WORDS),
    ),
    "cpp": evolve(
        _C_LIKE,
        name="C++",
        quotes=('"', "'"),
        test_file="{name}_test.cpp",
        test_name=r"^(TEST|TEST_F|TEST_CASE|test)",
        words=_words(_C_WORDS)
        | _words(
            """alignas alignof and asm catch class co_await co_return co_yield concept consteval constexpr constinit const_cast
            decltype delete dynamic_cast explicit export final friend mutable namespace new noexcept not nullptr operator or
            override private protected public reinterpret_cast requires static_assert static_cast template this throw try
            typeid typename using virtual std string vector map set cout cerr endl move unique_ptr shared_ptr"""
        ),
    ),
    "csharp": evolve(
        _C_LIKE,
        name="C#",
        doc_comment="///",
        quotes=('"""', '"', "'"),
        test_file="{name}Tests.cs",
        words=_words(
            """abstract as async await base bool break byte case catch char checked class const continue decimal default
            delegate do double dynamic else enum event explicit extern false finally fixed float for foreach get goto if
            implicit in init int interface internal is lock long nameof namespace new null object operator out override
            params partial private protected public readonly record ref required return sbyte sealed set short sizeof
            stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using value
            var virtual void volatile when where while yield Action ArgumentException Console DateTime Exception Func Guid
            IEnumerable InvalidOperationException List Math Object String System Task"""
        ),
    ),
    "ruby": Facts(
        "Ruby",
        line_comment="#",
        block_comment=("=begin", "=end"),
        doc_comment="#",
        blocks="end",
        indent="  ",
        test_file="test_{name}.rb",
        implicit_self=True,
        scoped_blocks=False,
        words=_words(
            """BEGIN END alias and begin break case class def defined? do else elsif end ensure false for if in module next nil
            not or redo rescue retry return self super then true undef unless until when while yield Array ArgumentError
            Class Comparable Enumerable Float Hash Integer Kernel Module NilClass Object Proc Range Regexp RuntimeError Set
            StandardError String Struct Symbol Time attr_accessor attr_reader attr_writer block_given? extend freeze include
            initialize lambda loop new nil? p prepend private proc protected public puts raise require require_relative"""
        ),
    ),
    "php": Facts(
        "PHP",
        line_comment="//",
        block_comment=("/*", "*/"),
        doc_comment="/**",
        test_file="{name}Test.php",
        scoped_blocks=False,
        words=_words(
            """abstract and array as bool break callable case catch class clone const continue declare default do echo else
            elseif empty enum extends false final finally float fn for foreach function global if implements include
            include_once instanceof insteadof int interface isset iterable list match mixed namespace never new null object
            or parent print private protected public readonly require require_once return self static string strict_types
            switch this throw trait true try unset use var void while xor yield Exception Closure __construct"""
        ),
    ),
    "kotlin": evolve(
        _C_LIKE,
        name="Kotlin",
        quotes=('"""', '"', "'"),
        test_file="{name}Test.kt",
        words=_words(
            """abstract actual annotation as break by catch class companion const constructor continue crossinline data do
            else enum expect external false final finally for fun get if import in infix init inline inner interface
            internal is it lateinit noinline null object open operator out override package private protected public
            reified return sealed set super suspend tailrec this throw true try typealias typeof val value vararg var when
            where while Any Array Boolean Byte Char Double Exception Float IllegalArgumentException Int List Long Map
            MutableList MutableMap Nothing Pair Set String Unit also apply check error let listOf mapOf mutableListOf
            mutableMapOf println require run setOf to with"""
        ),
    ),
    "lua": Facts(
        "Lua",
        line_comment="--",
        block_comment=("--[[", "]]"),
        doc_comment="---",
        blocks="end",
        indent="  ",
        test_file="{name}_spec.lua",
        words=_words(
            """and break do else elseif end false for function goto if in local nil not or repeat return then true until while
            _G _VERSION assert collectgarbage coroutine debug dofile error getmetatable io ipairs load math next os package
            pairs pcall print rawequal rawget rawlen rawset require select self setmetatable string table tonumber tostring
            type unpack utf8 xpcall"""
        ),
    ),
    "shellscript": Facts(
        "Shell",
        line_comment="#",
        doc_comment="#",
        quotes=('"', "'"),
        indent="  ",
        test_file="{name}.bats",
        scoped_blocks=False,
        words=_words(
            """break case cd command continue declare do done echo elif else esac eval exec exit export false fi for function
            getopts if in let local printf pwd read readonly return select set shift source test then time trap true type
            typeset ulimit umask unalias unset until wait while"""
        ),
    ),
}

_OTHERS = {
    "#": "yaml toml perl r julia elixir makefile dockerfile cmake nix terraform powershell fish graphql ini",
    "//": "swift scala dart zig groovy jsonc proto objective-c objective-cpp fsharp",
    "--": "sql haskell",
}
FACTS |= {name: Facts(name, line_comment=mark) for mark, names in _OTHERS.items() for name in names.split()}
FACTS |= {
    name: Facts(name, block_comment=("<!--", "-->")) for name in ("html", "xml", "markdown", "vue", "svelte")
}
FACTS |= {name: Facts(name, block_comment=("/*", "*/")) for name in ("css", "scss", "less")}


def facts(language: str) -> Facts:
    """What is known of a language; for one that is not known, nothing but its name."""
    return FACTS.get(language) or Facts(language)
