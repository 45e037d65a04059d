(using_declaration "namespace" @wildcard [(identifier) (qualified_identifier) (nested_namespace_specifier)] @module) @import
(using_declaration . "using" . (qualified_identifier) @path) @import
