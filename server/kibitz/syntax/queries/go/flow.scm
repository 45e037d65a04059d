(call_expression function: (identifier) @raise (#eq? @raise "panic"))
(return_statement (expression_list (call_expression function: (selector_expression
  operand: (identifier) @package field: (field_identifier) @raise)) .)
  (#any-of? @package "errors" "fmt") (#any-of? @raise "New" "Errorf" "Join"))
(return_statement (expression_list (identifier) @raise .) (#match? @raise "^(Err[A-Z0-9]|err$)"))
(call_expression function: (identifier) @name (#eq? @name "panic")) @branch.raise
(if_statement) @branch.if
(for_statement) @branch.loop
[(expression_switch_statement) (type_switch_statement) (select_statement)] @branch.match
(return_statement) @branch.return
(send_statement) @branch.yield
(unary_expression operator: "<-") @branch.await
