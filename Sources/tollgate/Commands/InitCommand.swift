import ArgumentParser

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make the data folder and the first admin token, which is printed once.",
        discussion: """
            Refuses a data folder that has an admin token already; finishes one it was interrupted in. Where the tokens \
            are lost, stop the server and use --new-owner.
            """)

    @Flag(help: "Keep the token in DATA/admin-token, mode 0600, where the other commands find it.")
    var saveToken = false
    @Flag(help: "Do nothing, and succeed, where the data folder has an admin token.")
    var ifNeeded = false
    @Flag(help: "Add an owner's admin token to a data folder that is there and no server runs on.")
    var newOwner = false
    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if newOwner, ifNeeded { throw ValidationError("--new-owner and --if-needed exclude each other") }
    }

    func run() async throws {
        let configuration = try configuration.load()
        let folder = NewDataFolder(
            configuration, environment: self.configuration.environment,
            tokenFile: saveToken ? configuration.folder.adminToken : nil)
        let made: NewDataFolder.Made
        if newOwner {
            made = try await folder.addOwner()
        } else if ifNeeded {
            guard let needed = try await folder.makeIfNeeded() else { return }
            made = needed
        } else {
            made = try await folder.make()
        }
        if output.isJSON {
            var body = JSONBody()
            body.set("data", configuration.data)
            body.set("master_key_file", made.masterKeyFile)
            body.set("admin_token", made.token)
            body.set("admin_token_file", saveToken ? configuration.folder.adminToken : nil)
            StandardOutput.write(body.bytes + [10])
            return
        }
        var lines = [newOwner ? "made an owner of \(configuration.data)" : "made \(configuration.data)"]
        if let file = made.masterKeyFile {
            lines.append(
                "master key: \(file) (back it up apart from the data: provider keys cannot be read without it)")
        }
        if saveToken {
            lines.append("admin token: kept in \(configuration.folder.adminToken)")
        } else {
            lines += [
                "admin token, shown once: \(made.token)", "export TOLLGATE_ADMIN_TOKEN with it for the other commands",
            ]
        }
        StandardOutput.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}
