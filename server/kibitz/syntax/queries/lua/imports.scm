(assignment_statement (variable_list . (identifier) @alias) (expression_list . (function_call
  name: (identifier) @require arguments: (arguments . (string) @module))) (#eq? @require "require")) @import
((function_call name: (identifier) @require arguments: (arguments . (string) @module)) @import (#eq? @require "require"))
