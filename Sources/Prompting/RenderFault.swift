/// Why a prompt could not be filled in. Names the variable, never a value.
package enum RenderFault: Error, Hashable, Sendable {
    /// The input lacks this path, or something on its way is neither an object nor an array.
    case missingVariable(path: String)
    case outputTooLarge(maximumBytes: Int)

    /// The variable at fault, where there is one.
    package var path: String? {
        switch self {
        case .missingVariable(let path): path
        case .outputTooLarge: nil
        }
    }

    package var message: String {
        switch self {
        case .missingVariable(let path): "the input has no \(path), which the prompt needs"
        case .outputTooLarge(let maximumBytes): "the rendered prompt exceeds \(maximumBytes) bytes"
        }
    }
}
