(throw_statement [
  (identifier) @raise
  (call_expression function: [(identifier) @raise (qualified_identifier name: (identifier) @raise)])
])
(throw_statement) @branch.raise
(for_range_loop) @branch.loop
(try_statement) @branch.try
[(co_yield_statement)] @branch.yield
(co_await_expression) @branch.await
