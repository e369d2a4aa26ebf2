/// The values that a template's names lead to, as far as the text shows: a tree under each variable.
struct ValuePlaces {
    /// A place's number, and the conditions that its owner's reading stands under: what is read under no more of them is
    /// read whenever the owner is.
    struct Reference: Equatable {
        var place: Int
        var conditions: Int
    }

    private struct Place {
        var shape = TemplateVariable.Shape()
        var depth: Int
        var members: [Text: Int] = [:]
        /// In the order of first use.
        var order: [(name: String, place: Int)] = []
        var element: Int?
        var isRequired = false
        var isGuarded = false
        var methods: Set<String> = []
        var filters: Set<String> = []
    }

    private var places: [Place] = []
    /// Shapes within shapes; what lies deeper is not told apart.
    private static let maximumDepth = 16

    mutating func addRoot() -> Int { add(depth: 0) }

    private mutating func add(depth: Int) -> Int {
        places.append(Place(depth: depth))
        return places.count - 1
    }

    mutating func member(_ name: String, of owner: Int) -> Int? {
        let key = Text(name)
        if let known = places[owner].members[key] { return known }
        guard places[owner].depth < Self.maximumDepth else { return nil }
        let place = add(depth: places[owner].depth + 1)
        places[owner].members[key] = place
        places[owner].order.append((name, place))
        return place
    }

    mutating func element(of owner: Int) -> Int? {
        if let known = places[owner].element { return known }
        guard places[owner].depth < Self.maximumDepth else { return nil }
        let place = add(depth: places[owner].depth + 1)
        places[owner].element = place
        return place
    }

    mutating func require(_ place: Int) { places[place].isRequired = true }
    mutating func guardAbsence(of place: Int) { places[place].isGuarded = true }
    mutating func print(_ place: Int) { places[place].shape.isPrinted = true }
    mutating func iterate(_ place: Int) { places[place].shape.isIterated = true }

    mutating func callMethod(_ name: String, on place: Int) {
        if places[place].methods.insert(name).inserted { places[place].shape.methods.append(name) }
    }

    mutating func filter(_ place: Int, through name: String) {
        if places[place].filters.insert(name).inserted { places[place].shape.filters.append(name) }
    }

    func isRequired(_ place: Int) -> Bool { places[place].isRequired && !places[place].isGuarded }

    /// Recurses as deep as places lie within one another: `maximumDepth`.
    func shape(of place: Int) -> TemplateVariable.Shape {
        var shape = places[place].shape
        shape.members = places[place].order.map { member in
            TemplateVariable.Member(
                name: member.name, isRequired: isRequired(member.place), shape: self.shape(of: member.place))
        }
        if let element = places[place].element { shape.elements = [self.shape(of: element)] }
        return shape
    }
}
