(throw_expression [(identifier) @raise (call_expression . [(identifier) @raise (navigation_expression (identifier) @raise .)])])
(call_expression . (identifier) @raise (#any-of? @raise "error" "require" "check" "requireNotNull" "TODO"))
(throw_expression) @branch.raise
(if_expression) @branch.if
[(for_statement) (while_statement) (do_while_statement)] @branch.loop
(when_expression) @branch.match
(try_expression) @branch.try
(return_expression) @branch.return
