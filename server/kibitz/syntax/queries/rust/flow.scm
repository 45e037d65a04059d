(macro_invocation macro: (identifier) @raise
  (#any-of? @raise "panic" "unreachable" "todo" "unimplemented" "bail" "ensure" "assert" "assert_eq" "assert_ne"))
(call_expression function: (identifier) @wrap
  arguments: (arguments . [
    (identifier) @raise
    (scoped_identifier name: (identifier) @raise)
    (call_expression function: [(identifier) @raise (scoped_identifier name: (identifier) @raise) (field_expression field: (_) @raise)])
    (struct_expression name: [(type_identifier) @raise (scoped_type_identifier name: (_) @raise)])
    (macro_invocation macro: (identifier) @raise)
    (string_literal) @raise
  ]) (#eq? @wrap "Err"))
(call_expression function: (field_expression field: (field_identifier) @raise) (#any-of? @raise "unwrap" "expect"))
(macro_invocation macro: (identifier) @name (#any-of? @name "panic" "unreachable" "todo" "unimplemented" "bail")) @branch.raise
(if_expression) @branch.if
[(for_expression) (while_expression) (loop_expression)] @branch.loop
(match_expression) @branch.match
(try_expression) @branch.try
(return_expression) @branch.return
(yield_expression) @branch.yield
(await_expression) @branch.await
