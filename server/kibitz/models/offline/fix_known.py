"""Where names of the standard libraries live, for those that have one home by custom."""

from __future__ import annotations


def _homes(table: dict[str, str]) -> dict[str, str]:
    return {name: home for home, names in table.items() for name in names.split()}


PYTHON = _homes(
    {
        "abc": "ABC abstractmethod",
        "argparse": "ArgumentParser Namespace",
        "collections": "Counter OrderedDict defaultdict deque namedtuple ChainMap",
        "collections.abc": "AsyncIterator AsyncGenerator Awaitable Callable Collection Container Generator Hashable Iterable "
        "Iterator Mapping MutableMapping MutableSequence MutableSet Sequence Coroutine",
        "concurrent.futures": "ProcessPoolExecutor ThreadPoolExecutor as_completed",
        "contextlib": "AsyncExitStack ExitStack asynccontextmanager contextmanager nullcontext redirect_stdout suppress",
        "copy": "deepcopy",
        "dataclasses": "asdict astuple dataclass",
        "datetime": "timedelta timezone",
        "decimal": "Decimal",
        "enum": "Enum IntEnum IntFlag StrEnum",
        "fractions": "Fraction",
        "functools": "cached_property lru_cache partial singledispatch total_ordering wraps",
        "io": "BytesIO StringIO TextIOWrapper",
        "itertools": "chain groupby islice zip_longest",
        "operator": "attrgetter itemgetter methodcaller",
        "pathlib": "Path PurePath PurePosixPath",
        "tempfile": "NamedTemporaryFile TemporaryDirectory mkdtemp",
        "textwrap": "dedent",
        "types": "MappingProxyType ModuleType SimpleNamespace TracebackType",
        "typing": "Annotated Any ClassVar Final Generic IO List Literal NamedTuple NewType NoReturn Optional ParamSpec Protocol "
        "Self TextIO TypeAlias TypeVar TypedDict Union TYPE_CHECKING cast overload Dict Tuple Type BinaryIO Concatenate",
        "urllib.parse": "parse_qs urlencode urljoin urlparse urlsplit urlunsplit",
        "uuid": "UUID uuid4",
    }
)
"""A name -> the module it is imported from. What several modules offer under one name is left out."""

GO = {
    path.rpartition("/")[2]: path
    for path in [
        "bufio",
        "bytes",
        "context",
        "errors",
        "fmt",
        "io",
        "log",
        "math",
        "os",
        "regexp",
        "runtime",
        "sort",
        "strconv",
        "strings",
        "sync",
        "testing",
        "time",
        "unicode",
        "encoding/base64",
        "encoding/binary",
        "encoding/csv",
        "encoding/hex",
        "encoding/json",
        "encoding/xml",
        "net/http",
        "net/http/httptest",
        "net/url",
        "os/exec",
        "os/signal",
        "path/filepath",
        "sync/atomic",
        "unicode/utf8",
        "crypto/sha256",
        "crypto/md5",
        "database/sql",
        "html/template",
        "io/ioutil",
        "reflect",
        "flag",
        "embed",
        "net",
        "bufio",
        "archive/zip",
        "compress/gzip",
        "container/heap",
        "hash/fnv",
        "math/big",
        "math/bits",
    ]
    if path != "html/template"
}
"""A package's name -> its path, for those whose name is only one package's."""

JAVA = _homes(
    {
        "java.io": "BufferedReader BufferedWriter ByteArrayInputStream ByteArrayOutputStream Closeable File FileInputStream "
        "FileNotFoundException FileOutputStream FileReader FileWriter IOException InputStream InputStreamReader OutputStream "
        "OutputStreamWriter PrintStream PrintWriter Reader Serializable StringReader StringWriter UncheckedIOException Writer",
        "java.math": "BigDecimal BigInteger",
        "java.net": "HttpURLConnection InetAddress InetSocketAddress MalformedURLException ServerSocket Socket URI "
        "URISyntaxException URL URLEncoder",
        "java.nio.charset": "Charset StandardCharsets",
        "java.nio.file": "FileSystems Files NoSuchFileException Path Paths StandardCopyOption StandardOpenOption",
        "java.time": "Duration Instant LocalDate LocalDateTime LocalTime ZoneId ZonedDateTime",
        "java.util": "ArrayDeque ArrayList Arrays BitSet Collection Collections Comparator Deque EnumMap EnumSet HashMap HashSet "
        "IdentityHashMap Iterator LinkedHashMap LinkedHashSet LinkedList List Locale Map NavigableMap NoSuchElementException "
        "Objects Optional OptionalInt PriorityQueue Properties Queue Random Scanner Set SortedMap SortedSet StringJoiner "
        "TreeMap TreeSet UUID WeakHashMap",
        "java.util.concurrent": "Callable CompletableFuture ConcurrentHashMap ConcurrentLinkedQueue CopyOnWriteArrayList "
        "CountDownLatch ExecutionException ExecutorService Executors TimeUnit TimeoutException",
        "java.util.concurrent.atomic": "AtomicBoolean AtomicInteger AtomicLong AtomicReference",
        "java.util.function": "BiConsumer BiFunction BiPredicate BinaryOperator BooleanSupplier Consumer Function IntFunction "
        "Predicate Supplier UnaryOperator",
        "java.util.regex": "Matcher Pattern PatternSyntaxException",
        "java.util.stream": "Collectors IntStream LongStream Stream StreamSupport",
    }
)
"""A class of java.base -> its package."""

HEADERS = _homes(
    {
        "stdio.h": "printf fprintf snprintf sprintf scanf fopen fclose fgets fputs puts perror FILE stderr stdout stdin",
        "stdlib.h": "malloc calloc realloc free exit abort atoi strtol qsort getenv EXIT_FAILURE EXIT_SUCCESS",
        "string.h": "memcpy memmove memset memcmp strlen strcmp strncmp strcpy strncpy strcat strchr strrchr strstr strdup",
        "stdint.h": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t SIZE_MAX",
        "ctype.h": "isalpha isdigit isspace isalnum toupper tolower isupper islower",
        "assert.h": "assert",
        "errno.h": "errno ENOENT EINTR EINVAL",
        "math.h": "sqrt pow floor ceil fabs sin cos",
        "limits.h": "INT_MAX INT_MIN UINT_MAX LONG_MAX",
        "time.h": "clock_gettime gettimeofday localtime strftime time_t",
    }
)
"""A name of the C library -> its header."""
