"""Where names of the standard libraries live, for those that have one home by custom."""

from __future__ import annotations

import builtins
import re


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

CPP_HEADERS = _homes(
    {
        "algorithm": "sort find find_if transform copy max min for_each count_if any_of all_of none_of reverse unique fill",
        "array": "array",
        "atomic": "atomic",
        "chrono": "chrono",
        "cmath": "sqrt pow floor ceil abs",
        "cstddef": "byte nullptr_t",
        "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t",
        "cstdio": "printf fprintf snprintf FILE",
        "cstdlib": "exit getenv abort",
        "cstring": "memcpy memset memcmp strlen strcmp",
        "deque": "deque",
        "exception": "exception",
        "filesystem": "filesystem",
        "fstream": "ifstream ofstream fstream",
        "functional": "function bind hash less greater",
        "iostream": "cout cin cerr clog endl",
        "limits": "numeric_limits",
        "list": "list",
        "map": "map multimap",
        "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared",
        "mutex": "mutex lock_guard unique_lock scoped_lock",
        "optional": "optional nullopt make_optional",
        "queue": "queue priority_queue",
        "set": "set multiset",
        "sstream": "stringstream ostringstream istringstream",
        "stdexcept": "runtime_error invalid_argument out_of_range logic_error",
        "string": "string to_string stoi stol stod getline wstring",
        "string_view": "string_view",
        "thread": "thread",
        "tuple": "tuple make_tuple tie",
        "unordered_map": "unordered_map unordered_multimap",
        "unordered_set": "unordered_set unordered_multiset",
        "utility": "pair make_pair move swap forward exchange",
        "variant": "variant visit holds_alternative",
        "vector": "vector",
    }
)
"""A name of C++'s namespace std -> its header, for those that are in one by custom."""

GO_MEMBERS = {
    "fmt": "Errorf Fprint Fprintf Fprintln Print Printf Println Scan Scanf Scanln Sprint Sprintf Sprintln Sscanf Stringer",
    "strings": "Builder Compare Contains ContainsAny ContainsRune Count Cut EqualFold Fields FieldsFunc HasPrefix HasSuffix Index "
    "IndexByte Join LastIndex Map NewReader NewReplacer Repeat Replace ReplaceAll Split SplitN Title ToLower ToUpper Trim "
    "TrimFunc TrimLeft TrimPrefix TrimRight TrimSpace TrimSuffix",
    "strconv": "Atoi FormatBool FormatFloat FormatInt FormatUint Itoa ParseBool ParseFloat ParseInt ParseUint Quote Unquote",
    "errors": "As Is Join New Unwrap",
    "os": "Args Chdir Create Exit File Getenv Getwd IsExist IsNotExist Lstat Mkdir MkdirAll Open OpenFile ReadDir ReadFile "
    "Remove RemoveAll Rename Setenv Stat Stderr Stdin Stdout WriteFile",
    "filepath": "Abs Base Clean Dir Ext Glob Join Match Rel Split Walk WalkDir",
    "sort": "Float64s Ints Search SearchInts Slice SliceStable Sort Stable Strings",
    "time": "After Date Duration Hour Minute Millisecond NewTicker NewTimer Now Parse ParseDuration Second Since Sleep Tick Time "
    "Unix Until",
    "json": "Decoder Encoder Indent Marshal MarshalIndent NewDecoder NewEncoder RawMessage Unmarshal Valid",
    "error": "Error",
    "strings.Builder": "Cap Grow Len Reset String Write WriteByte WriteRune WriteString",
    "bytes.Buffer": "Bytes Cap Grow Len Next Read ReadByte ReadBytes ReadFrom ReadRune ReadString Reset String Truncate "
    "UnreadByte UnreadRune Write WriteByte WriteRune WriteString WriteTo",
    "strings.Reader": "Len Read ReadAt ReadByte ReadRune Reset Seek Size UnreadByte UnreadRune WriteTo",
    "bufio.Reader": "Buffered Discard Peek Read ReadByte ReadBytes ReadLine ReadRune ReadSlice ReadString Reset Size "
    "UnreadByte UnreadRune WriteTo",
    "bufio.Writer": "Available Buffered Flush ReadFrom Reset Size Write WriteByte WriteRune WriteString",
    "bufio.Scanner": "Buffer Bytes Err Scan Split Text",
    "sync.Mutex": "Lock TryLock Unlock",
    "sync.RWMutex": "Lock RLock RLocker RUnlock TryLock TryRLock Unlock",
    "sync.WaitGroup": "Add Done Wait",
    "sync.Once": "Do",
    "time.Duration": "Abs Hours Microseconds Milliseconds Minutes Nanoseconds Round Seconds String Truncate",
    "time.Time": "Add AddDate After Before Clock Compare Date Day Equal Format GoString Hour In IsZero Local Minute Month "
    "Nanosecond Round Second Sub Truncate UTC Unix UnixMicro UnixMilli UnixNano Weekday Year YearDay Zone",
    "context.Context": "Deadline Done Err Value",
    "http.Request": "AddCookie BasicAuth Body Context Cookie Cookies Form FormFile FormValue Header Host Method ParseForm "
    "PostForm PostFormValue Referer RequestURI SetBasicAuth URL UserAgent WithContext",
    "http.ResponseWriter": "Header Write WriteHeader",
    "reflect.Value": "Addr Bool Bytes CanAddr CanSet Elem Field Float Index Int Interface IsNil IsValid IsZero Kind Len "
    "MapIndex MapKeys Method NumField NumMethod Pointer Set SetBool SetFloat SetInt SetLen SetString String Type Uint",
    "reflect.Type": "AssignableTo Elem Field Implements In Key Kind Len Method Name NumField NumIn NumMethod NumOut Out "
    "PkgPath Size String",
    "os.File": "Chdir Chmod Chown Close Fd Name Read ReadAt ReadDir ReadFrom Readdir Seek Stat Sync Truncate Write WriteAt "
    "WriteString",
    "regexp.Regexp": "FindAllString FindString FindStringIndex FindStringSubmatch Match MatchString NumSubexp "
    "ReplaceAllString ReplaceAllStringFunc Split String SubexpNames",
    "url.URL": "EscapedPath Fragment Host Hostname IsAbs Parse Path Port Query RawPath RawQuery Redacted RequestURI "
    "ResolveReference Scheme String User",
}
"""A type of Go's library, as its compiler names it -> its exported methods and fields."""

_COLLECTION = "add addAll clear contains containsAll forEach isEmpty iterator remove removeAll removeIf retainAll size stream toArray "
_LIST = _COLLECTION + "get indexOf lastIndexOf listIterator replaceAll set sort subList "
_MAP = (
    "clear compute computeIfAbsent computeIfPresent containsKey containsValue entrySet forEach get getOrDefault isEmpty keySet "
    "merge put putAll putIfAbsent remove replace replaceAll size values "
)
_BUILDER = "append charAt delete deleteCharAt indexOf insert lastIndexOf length replace reverse setCharAt setLength substring toString "

JAVA_MEMBERS = {
    "String": "charAt chars compareTo compareToIgnoreCase concat contains endsWith equals equalsIgnoreCase format getBytes "
    "hashCode indexOf isBlank isEmpty join lastIndexOf length lines matches repeat replace replaceAll replaceFirst split "
    "startsWith strip stripLeading stripTrailing substring toCharArray toLowerCase toString toUpperCase trim valueOf",
    "StringBuilder": _BUILDER,
    "StringBuffer": _BUILDER,
    "Collection": _COLLECTION,
    "Set": _COLLECTION,
    "HashSet": _COLLECTION,
    "List": _LIST,
    "ArrayList": _LIST + "ensureCapacity trimToSize",
    "Map": _MAP,
    "HashMap": _MAP,
    "Iterator": "forEachRemaining hasNext next remove",
    "Optional": "empty filter flatMap get ifPresent ifPresentOrElse isEmpty isPresent map of ofNullable or orElse orElseGet "
    "orElseThrow stream",
    "Object": "equals getClass hashCode notify notifyAll toString wait",
    "Integer": "compareTo doubleValue equals intValue longValue parseInt toString valueOf",
    "Throwable": "addSuppressed fillInStackTrace getCause getLocalizedMessage getMessage getStackTrace getSuppressed initCause "
    "printStackTrace setStackTrace toString",
    "Thread": "currentThread getId getName interrupt isAlive isDaemon isInterrupted join run setDaemon setName sleep start",
}
JAVA_MEMBERS |= dict.fromkeys(
    ("Exception", "RuntimeException", "IOException", "Error"), JAVA_MEMBERS["Throwable"]
)
"""A class of java.base -> what it is asked for most."""

_LITERALS = (
    (r"['\"]", "str"),
    (r"b['\"]", "bytes"),
    (r"-?\d", "int"),
    (r"True|False", "bool"),
    (r"", "object"),
)
"""How the values in a literal type begin -> their class."""


def members(language: str, said: str) -> frozenset[str]:
    """What a type of the language's own library has, by what a checker calls it; nothing where it is not known here."""
    said = said.strip(" *&'\"`‘’")
    if language == "go":
        return frozenset(GO_MEMBERS.get(said, "").split())
    name = re.sub(r"[\[<(].*", "", said).strip()
    if language == "java":
        return frozenset(JAVA_MEMBERS.get(name.rpartition(".")[2], "").split())
    if name == "Literal":
        name = next(kind for mark, kind in _LITERALS if re.match(mark, said[len("Literal[") :]))
    found = getattr(builtins, name.removeprefix("builtins."), None) if language == "python" else None
    return frozenset(n for n in dir(found) if n[0] != "_") if isinstance(found, type) else frozenset()
