(namespace_use_declaration (namespace_use_clause . "function"? . [(qualified_name) (name)] @path !alias)) @import
(namespace_use_declaration (namespace_use_clause [(qualified_name) (name)] @path . "as" . (name) @alias)) @import
(namespace_use_declaration (namespace_name) @module body: (namespace_use_group (namespace_use_clause . (name) @name !alias))) @import
(namespace_use_declaration (namespace_name) @module
  body: (namespace_use_group (namespace_use_clause . (name) @name alias: (name) @alias))) @import
[
  (require_expression (string) @module)
  (require_once_expression (string) @module)
  (include_expression (string) @module)
  (include_once_expression (string) @module)
] @import
