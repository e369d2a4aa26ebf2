import ArgumentParser
import Yams
@main struct Tollgate { static func main() {} }
