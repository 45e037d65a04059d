(import_statement (import_clause (identifier) @default) source: (string) @module) @import
(import_statement (import_clause (namespace_import (identifier) @alias)) source: (string) @module) @import
(import_statement (import_clause (named_imports (import_specifier name: (_) @name !alias))) source: (string) @module) @import
(import_statement
  (import_clause (named_imports (import_specifier name: (_) @name alias: (identifier) @alias))) source: (string) @module) @import
(import_statement . "import" . (string) @module) @import
(export_statement source: (string) @module) @import
(variable_declarator
  name: (identifier) @alias
  value: (call_expression function: (identifier) @require arguments: (arguments . (string) @module))
  (#eq? @require "require")) @import
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @name)
  value: (call_expression function: (identifier) @require arguments: (arguments . (string) @module))
  (#eq? @require "require")) @import
(variable_declarator
  name: (object_pattern (pair_pattern key: (property_identifier) @name value: (identifier) @alias))
  value: (call_expression function: (identifier) @require arguments: (arguments . (string) @module))
  (#eq? @require "require")) @import
(expression_statement
  (call_expression function: (identifier) @require arguments: (arguments . (string) @module))
  (#eq? @require "require")) @import
(call_expression function: (import) arguments: (arguments . (string) @module)) @import
