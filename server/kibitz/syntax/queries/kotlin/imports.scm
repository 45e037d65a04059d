(import (qualified_identifier) @path .) @import
(import (qualified_identifier) @path "as" (identifier) @alias) @import
(import (qualified_identifier) @module "*" @wildcard) @import
