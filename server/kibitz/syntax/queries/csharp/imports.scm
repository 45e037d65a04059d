(using_directive !name "static"? @static [(identifier) (qualified_name)] @module) @import
(using_directive name: (identifier) @alias (qualified_name) @module) @import
