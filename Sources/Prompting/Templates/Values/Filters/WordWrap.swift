enum WordWrap {
    static func filter(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        throw RenderFault(.refused, "wordwrap is not supported")
    }
}
