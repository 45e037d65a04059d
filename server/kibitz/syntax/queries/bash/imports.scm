(command name: (command_name) @require argument: (_) @module (#any-of? @require "source" ".")) @import
