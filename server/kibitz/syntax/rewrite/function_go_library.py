"""The results of functions of Go's standard library that programs call often, as its documentation gives them."""

from __future__ import annotations

_STRING = """fmt.Sprint fmt.Sprintf fmt.Sprintln strings.Join strings.Repeat strings.Replace strings.ReplaceAll strings.Title
strings.ToLower strings.ToUpper strings.Trim strings.TrimLeft strings.TrimPrefix strings.TrimRight strings.TrimSpace
strings.TrimSuffix strings.TrimFunc strings.Map strconv.Itoa strconv.Quote strconv.FormatInt strconv.FormatFloat
strconv.FormatBool filepath.Join filepath.Base filepath.Dir filepath.Ext filepath.Clean path.Join path.Base path.Dir path.Ext
os.Getenv url.QueryEscape url.PathEscape html.EscapeString http.StatusText hex.EncodeToString"""
_BOOL = """strings.Contains strings.ContainsAny strings.ContainsRune strings.EqualFold strings.HasPrefix strings.HasSuffix
bytes.Equal bytes.Contains bytes.HasPrefix bytes.HasSuffix errors.Is errors.As reflect.DeepEqual unicode.IsDigit
unicode.IsLetter unicode.IsSpace unicode.IsUpper unicode.IsLower utf8.ValidString os.IsNotExist os.IsExist"""
_INT = """strings.Index strings.IndexByte strings.IndexRune strings.LastIndex strings.Count strings.Compare bytes.Index
bytes.IndexByte bytes.Count bytes.Compare utf8.RuneCountInString utf8.RuneCount utf8.RuneLen runtime.NumCPU sort.SearchInts
sort.Search rand.Intn os.Getpid"""
_ERROR = """errors.New fmt.Errorf errors.Unwrap json.Unmarshal xml.Unmarshal os.Remove os.RemoveAll os.Mkdir os.MkdirAll
os.Rename os.Chdir os.Chmod os.Setenv os.WriteFile ioutil.WriteFile filepath.Walk filepath.WalkDir binary.Read binary.Write
http.ListenAndServe"""
_BYTES = """bytes.TrimSpace bytes.ToLower bytes.ToUpper bytes.Join bytes.Replace strconv.AppendInt strconv.AppendQuote"""

RESULTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_STRING.split(), ("string",)),
    **dict.fromkeys(_BOOL.split(), ("bool",)),
    **dict.fromkeys(_INT.split(), ("int",)),
    **dict.fromkeys(_ERROR.split(), ("error",)),
    **dict.fromkeys(_BYTES.split(), ("[]byte",)),
    **dict.fromkeys(
        ("strings.Split", "strings.SplitN", "strings.Fields", "strings.SplitAfter", "os.Environ"),
        ("[]string",),
    ),
    **dict.fromkeys(
        ("json.Marshal", "json.MarshalIndent", "xml.Marshal", "os.ReadFile"), ("[]byte", "error")
    ),
    **dict.fromkeys(
        ("io.ReadAll", "ioutil.ReadAll", "ioutil.ReadFile", "hex.DecodeString"), ("[]byte", "error")
    ),
    **dict.fromkeys(("os.Open", "os.Create", "os.OpenFile", "os.CreateTemp"), ("*os.File", "error")),
    **dict.fromkeys(
        ("os.Getwd", "os.Hostname", "os.MkdirTemp", "filepath.Abs", "filepath.Rel"), ("string", "error")
    ),
    **dict.fromkeys(
        ("strconv.Unquote", "url.QueryUnescape", "exec.LookPath", "os.UserHomeDir"), ("string", "error")
    ),
    **dict.fromkeys(
        ("fmt.Println", "fmt.Printf", "fmt.Fprintf", "fmt.Fprintln", "fmt.Fprint", "io.WriteString"),
        ("int", "error"),
    ),
    "strconv.Atoi": ("int", "error"),
    "strconv.ParseInt": ("int64", "error"),
    "strconv.ParseUint": ("uint64", "error"),
    "strconv.ParseFloat": ("float64", "error"),
    "strconv.ParseBool": ("bool", "error"),
    "io.Copy": ("int64", "error"),
    "io.ReadFull": ("int", "error"),
    "url.Parse": ("*url.URL", "error"),
    "regexp.MustCompile": ("*regexp.Regexp",),
    "regexp.Compile": ("*regexp.Regexp", "error"),
    "http.NewRequest": ("*http.Request", "error"),
    "http.Get": ("*http.Response", "error"),
    "strings.NewReader": ("*strings.Reader",),
    "strings.NewReplacer": ("*strings.Replacer",),
    "strings.Cut": ("string", "string", "bool"),
    "bytes.NewReader": ("*bytes.Reader",),
    "bytes.NewBuffer": ("*bytes.Buffer",),
    "bytes.NewBufferString": ("*bytes.Buffer",),
    "bufio.NewReader": ("*bufio.Reader",),
    "bufio.NewWriter": ("*bufio.Writer",),
    "bufio.NewScanner": ("*bufio.Scanner",),
    "json.NewDecoder": ("*json.Decoder",),
    "json.NewEncoder": ("*json.Encoder",),
    "exec.Command": ("*exec.Cmd",),
    "os.Stat": ("os.FileInfo", "error"),
    "os.Lstat": ("os.FileInfo", "error"),
    "os.ReadDir": ("[]os.DirEntry", "error"),
    "filepath.Glob": ("[]string", "error"),
    "time.Now": ("time.Time",),
    "time.Since": ("time.Duration",),
    "time.Parse": ("time.Time", "error"),
    "time.ParseDuration": ("time.Duration", "error"),
    "context.Background": ("context.Context",),
    "context.TODO": ("context.Context",),
    "context.WithCancel": ("context.Context", "context.CancelFunc"),
    "context.WithTimeout": ("context.Context", "context.CancelFunc"),
    "utf8.DecodeRuneInString": ("rune", "int"),
    "utf8.DecodeRune": ("rune", "int"),
    "reflect.TypeOf": ("reflect.Type",),
    "reflect.ValueOf": ("reflect.Value",),
}
"""The types of the results, by the package's own name and the function's."""
