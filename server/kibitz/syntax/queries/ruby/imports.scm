(call !receiver method: (identifier) @require arguments: (argument_list . (string) @module)
  (#any-of? @require "require" "require_relative" "load")) @import
