enum Urlize {
    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        throw RenderFault(.refused, "urlize is not supported")
    }
}
