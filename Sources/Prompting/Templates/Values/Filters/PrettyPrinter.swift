enum PrettyPrinter {
    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        throw RenderFault(.refused, "pprint is not supported")
    }
}
