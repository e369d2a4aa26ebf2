/// A name that a template looks for in its input, and what the template says about its value.
package struct TemplateVariable: Hashable, Sendable {
    package var name: String
    /// What is read of it, as paths with dots (`customer.name`, `items.0.title`), distinct, in the order of first use.
    /// A path ends before a key that is computed and before a method.
    package var paths: [String]
    /// No rendering does without it: it is used, not only passed on, outside of `if`, `for` and macros, never guarded by
    /// `is defined`, `is undefined`, `default` or `d`, and not given a value on some way to where it is read.
    package var isRequired: Bool
    package var shape: Shape

    package init(name: String, paths: [String], isRequired: Bool, shape: Shape) {
        self.name = name
        self.paths = paths
        self.isRequired = isRequired
        self.shape = shape
    }

    /// What the uses of a value say it must be.
    package struct Shape: Hashable, Sendable {
        /// Written as text by `{{ … }}` or `~`.
        package var isPrinted = false
        /// What a `for` goes through, or what an index that is a number or computed is taken of.
        package var isIterated = false
        /// Attributes read of it, `a.b` and `a["b"]`, in the order of first use.
        package var members: [Member] = []
        /// Of the elements it is iterated into, or of the values that `.items()` and `.values()` give; one or none.
        package var elements: [Shape] = []
        /// Methods called on it (`upper`, `items`), distinct.
        package var methods: [String] = []
        /// Filters that it goes through first (`join`, `upper`), distinct.
        package var filters: [String] = []

        package init() {}
    }

    package struct Member: Hashable, Sendable {
        package var name: String
        /// Read whenever what it is a member of is: not within an `if` of its own, and never guarded.
        package var isRequired: Bool
        package var shape: Shape
    }
}

extension TemplateSyntax {
    /// The names that the template may look for in its input, in the order of first use.
    ///
    /// By Jinja2's scopes (`meta.find_undeclared_variables`), less the names that are given a value on every way to
    /// where they are read.
    func variables() -> [TemplateVariable] {
        var finder = VariableFinder()
        finder.find(in: body)
        return finder.variables
    }
}
