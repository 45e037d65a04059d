(use_declaration argument: (identifier) @module) @import
(use_declaration argument: (scoped_identifier) @path) @import
(use_declaration argument: (use_as_clause path: (_) @path alias: (identifier) @alias)) @import
(use_declaration argument: (use_wildcard (_) @module "*" @wildcard)) @import
(use_list [(identifier) (self) (scoped_identifier)] @path) @import.nested
(use_list (use_as_clause path: (_) @path alias: (identifier) @alias)) @import.nested
(use_list (use_wildcard (_) @module "*" @wildcard)) @import.nested
(use_list (use_wildcard . "*" @wildcard)) @import.nested
(extern_crate_declaration name: (identifier) @module) @import
(mod_item name: (identifier) @module !body) @import
