(call !receiver method: (identifier) @how arguments: (argument_list . [
    (constant) @raise
    (scope_resolution name: (constant) @raise)
    (call receiver: [(constant) @raise (scope_resolution name: (constant) @raise)])
    (string) @raise
  ]) (#any-of? @how "raise" "fail"))
(call !receiver method: (identifier) @name (#any-of? @name "raise" "fail")) @branch.raise
[(if) (elsif) (unless) (if_modifier) (unless_modifier) (conditional)] @branch.if
[(while) (until) (for) (while_modifier) (until_modifier)] @branch.loop
[(case) (case_match)] @branch.match
[(begin) (rescue_modifier)] @branch.try
(return) @branch.return
(yield) @branch.yield
