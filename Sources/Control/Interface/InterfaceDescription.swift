/// The names under which the control interface is known to Varlink clients.
public enum ControlInterface {
    /// The interface of this daemon. Methods and errors are named `io.phoneprovd.Status`, `io.phoneprovd.NoSuchPhone`.
    public static let name = "io.phoneprovd"

    /// The interface that every Varlink service provides (varlink.org, "Service").
    public static let serviceName = "org.varlink.service"

    /// Both interfaces, as `GetInfo` lists them.
    public static let all = [serviceName, name]

    /// The text that `GetInterfaceDescription` answers for an interface, or `nil` for one that is not provided.
    ///
    /// The grammar is varlink.org's "Interface Definition".
    ///
    /// - Parameter interface: The interface's full name.
    public static func description(of interface: String) -> String? {
        switch interface {
        case name: description
        case serviceName: serviceDescription
        default: nil
        }
    }

    /// The definition of `io.phoneprovd`: every method, type and error of the control interface.
    public static let description = """
        # The provisioning agent of SIP phones: what each phone's provisioning does, why, and what it left behind.
        #
        # A phone is named by its MAC address, in any spelling. Null stands for the only phone there is, and in
        # Status and Wait for all of them. Times are RFC 3339 in UTC. Passwords in URLs are masked, and the values of
        # secret parameters are shown as *** unless they are asked for with reveal.
        interface io.phoneprovd

        # What became of a phone's provisioning so far.
        # disabled: provisioning is switched off. fallback: the settings saved earlier are in use, as no file was had.
        # partial: some files were had, others not.
        type PhoneState (
          provisioning,
          provisioned,
          fallback,
          partial,
          failed,
          disabled
        )

        # Where a phone's provisioning stands.
        # source is where the URL came from: manual, stored, sip-pnp, dhcp-160, dhcp-159, dhcp-66, dhcpv6, redirection
        # or none. step is 1 to 9 during a run and 0 between runs. lastOutcome is null before the end of the first run,
        # runNumber before its start. nextAttempt is null when none is planned. detail says in one sentence what the
        # phone does or waits for now. since is the time at which it came into this state. steps tells what came of each of
        # the nine steps of the last run so far, and is empty before the first.
        type PhoneStatus (
          mac: string,
          model: string,
          interface: string,
          state: PhoneState,
          source: string,
          url: ?string,
          step: int,
          detail: string,
          lastOutcome: ?string,
          nextAttempt: ?string,
          runNumber: ?int,
          since: string,
          steps: []string
        )

        # One of the nine steps of a run. A step that was skipped has no startedAt and no milliseconds, and its detail is
        # the reason.
        type StepRecord (
          step: int,
          name: string,
          outcome: string,
          detail: string,
          startedAt: ?string,
          milliseconds: ?int,
          notes: []string
        )

        # What became of one configuration file.
        # fresh: downloaded and used. unchanged: the server says that the saved copy is the newest. saved: it could not be
        # had, and the saved copy is in use. missing: it could not be had and there is no saved copy.
        type FileDisposition (
          fresh,
          unchanged,
          saved,
          missing
        )

        # One configuration file of a run. bytes and sha256 are of the content in use, and null where there is none.
        type FileRecord (
          role: string,
          disposition: FileDisposition,
          url: ?string,
          bytes: ?int,
          sha256: ?string,
          detail: string
        )

        # A parameter that a run changed. Null for old or new: the parameter had or has no value. line is that of the
        # layer's file, and null where the layer is not a file.
        type SettingChange (
          name: string,
          old: ?string,
          new: ?string,
          layer: string,
          line: ?int
        )

        # Whether the phone sent a message or received it.
        type MessageDirection (
          sent,
          received
        )

        # A SIP message of a run: source and destination are address and port, startLine is its first line, bytes the
        # size of the datagram.
        type MessageRecord (
          step: int,
          at: string,
          direction: MessageDirection,
          source: string,
          destination: string,
          startLine: string,
          bytes: int
        )

        # A download of a run. version is HTTP/1.0, HTTP/1.1, FTP or TFTP, null when nothing was answered; status that of
        # HTTP; tls as TLSv1.3; server the address and port that answered. failure is a stable name such as http-404,
        # tls-expired or not-well-formed, and null when the file was of use.
        type DownloadRecord (
          step: int,
          purpose: string,
          at: string,
          milliseconds: int,
          url: string,
          redirects: []string,
          version: ?string,
          status: ?int,
          tls: ?string,
          bytes: int,
          server: ?string,
          failure: ?string
        )

        # A provisioning option of the lease: value is its clean text, or null with the reason in refusal. origin tells
        # which DHCP event brought it, and by which way.
        type LeaseRecord (
          step: int,
          option: string,
          value: ?string,
          refusal: ?string,
          origin: string
        )

        # A run in a few words. finishedAt, milliseconds and outcome are null while the run is under way.
        type RunSummary (
          phone: string,
          model: string,
          number: int,
          trigger: string,
          startedAt: string,
          finishedAt: ?string,
          milliseconds: ?int,
          outcome: ?string,
          source: string,
          url: ?string
        )

        # Everything about a run. advice says what to do about its outcome, or about what it waits for, and is null when there is
        # nothing to do.
        type RunRecord (
          phone: string,
          model: string,
          number: int,
          trigger: string,
          startedAt: string,
          finishedAt: ?string,
          milliseconds: ?int,
          outcome: ?string,
          source: string,
          url: ?string,
          nextAttempt: ?string,
          advice: ?string,
          steps: []StepRecord,
          files: []FileRecord,
          changes: []SettingChange,
          messages: []MessageRecord,
          downloads: []DownloadRecord,
          lease: []LeaseRecord
        )

        # A value that another layer's value hides.
        type HiddenValue (
          layer: string,
          value: string
        )

        # Which way a user programs a phone: at the phone itself (phoneprovctl), or in a browser.
        type Programming (
          phone,
          web
        )

        # Who asks for a change. Without it: phone programming, by the user of the calling process. who is a few words of
        # at most 128 bytes, as "root" or "admin from 192.0.2.9"; null: the user of the calling process.
        type ChangeOrigin (
          programming: Programming,
          who: ?string
        )

        # What a user did by hand.
        type UserAction (
          set,
          unset,
          factoryReset
        )

        # A change that a user made by hand. name is null where it concerns all parameters; old and new are what the user
        # had and has set, null for nothing.
        type ProgrammedChange (
          at: string,
          programming: Programming,
          who: string,
          action: UserAction,
          name: ?string,
          old: ?string,
          new: ?string
        )

        # Who set the value that counts, which way and when.
        type SettingOrigin (
          programming: Programming,
          who: string,
          at: string
        )

        # A parameter's value, and why it has it: the layer it comes from, with file and line where that layer is a file,
        # and who set it where it is the user's own. changeable tells whether Set would be accepted.
        type SettingValue (
          name: string,
          value: string,
          layer: string,
          file: ?string,
          line: ?int,
          origin: ?SettingOrigin,
          changeable: bool,
          hides: []HiddenValue
        )

        # The state of one phone or of all. With more: a reply now and again at each change, until the client disconnects.
        method Status(phone: ?string) -> (phones: []PhoneStatus)

        # Waits until every phone that is meant is in one of the states, or, when states is null or empty, until the end
        # of the run. Without timeoutSeconds it waits as long as it takes. reached tells whether it came true in time.
        method Wait(phone: ?string, states: ?[]string, timeoutSeconds: ?float) -> (reached: bool, phones: []PhoneStatus)

        # Everything about one run. Without a number: the last.
        method Explain(phone: ?string, run: ?int) -> (run: RunRecord)

        # The runs that are kept, and what the user changed by hand, each newest first.
        method History(phone: ?string) -> (runs: []RunSummary, changes: []ProgrammedChange)

        # Starts a provisioning run now. Answers when it has started, not when it has ended: Wait does that.
        method Provision(phone: ?string, origin: ?ChangeOrigin) -> ()

        # Starts the phone anew, as if its power had been cut.
        method Reboot(phone: ?string, origin: ?ChangeOrigin) -> ()

        # Forgets the user's settings and the saved files of the phone, and starts it anew. The DHCP client's lease stays.
        method FactoryReset(phone: ?string, origin: ?ChangeOrigin) -> ()

        # One parameter, or all that have a value. A parameter of line n is named NAME_n. With reveal, which only who may
        # change settings can ask for, secrets are shown as they are.
        method Get(phone: ?string, name: ?string, reveal: ?bool) -> (settings: []SettingValue)

        # Sets a parameter as the phone's user would. One that a configuration file holds fast is refused.
        # overriddenBy tells what stands above the value, so that it is kept but does not count; null when it counts.
        method Set(phone: ?string, name: string, value: string, origin: ?ChangeOrigin) -> (overriddenBy: ?string)

        # Takes back what Set had set.
        method Unset(phone: ?string, name: string, origin: ?ChangeOrigin) -> ()

        # What a DHCP client heard, in the variables of dhclient-script. accepted tells whether it concerned a phone, and
        # detail says why or why not.
        method DhcpEvent(variables: [string]string) -> (accepted: bool, detail: string)

        # A SIP message that was sent or received: when, in microseconds since 1970, in which step (0 between runs), from
        # where to where, and the datagram's content in base64.
        type CapturedMessage (
          microseconds: int,
          step: int,
          source: string,
          sourcePort: int,
          destination: string,
          destinationPort: int,
          payload: string
        )

        # The SIP messages of the last run, as they went over the wire. They are kept in memory, not in flash. A URL in
        # them may hold a password, so this is for who may change settings.
        method Capture(phone: ?string) -> (messages: []CapturedMessage)

        # The user's settings and the saved files of a phone, as one tar archive in base64, with SHA-256 sums in it. It
        # holds the phone's passwords, so this is for who may change settings.
        method Export(phone: ?string) -> (mac: string, archive: string)

        # Puts an archive of Export in place of the user's settings and saved files of the phone, all of it or nothing, and
        # starts the phone anew. Another phone's archive is refused unless fromOtherPhone is true. The reply tells how many
        # settings the user has now, and which files are saved.
        method Import(phone: ?string, archive: string, fromOtherPhone: ?bool) -> (settings: int, files: []string)

        # Reads the daemon's configuration anew, and answers when the new one is in force. A run of a phone that stands in
        # both alike goes on; one that is otherwise now is started anew, one that is gone is stopped, and what flash holds
        # of it stays.
        method Reload() -> (unchanged: int, changed: []string, added: []string, removed: []string)

        # A copy of a file that the phone keeps: file is initial, standard, product, master, root-1, root-2 or root-3.
        type SavedFileSummary (
          file: string,
          url: string,
          bytes: int,
          sha256: string,
          receivedAt: string
        )

        # Something that is wrong (error: a setting was left out) or odd (warning) in a configuration file.
        type DocumentMessage (
          line: ?int,
          severity: string,
          message: string
        )

        # The copies of files that the phone keeps.
        method SavedFiles(phone: ?string) -> (files: []SavedFileSummary)

        # A configuration file of them, decrypted, line by line as it was received but with *** in place of every secret,
        # and what there is to say about it.
        method SavedDocument(phone: ?string, file: string) -> (
          file: SavedFileSummary,
          encryption: ?string,
          text: string,
          messages: []DocumentMessage
        )

        # The two accounts of web programming: ADMIN_ID and USER_ID.
        type AccountRole (
          user,
          administrator
        )

        # A phone that an account opens.
        type OpenPhone (
          mac: string,
          model: string,
          role: AccountRole
        )

        # Opens a session of web programming with the name and password of an account; without a phone, on every phone
        # that they open. from is the numeric address of the browser: five wrong tries a minute, then TooManyTries.
        method SignIn(phone: ?string, account: string, password: string, from: string) -> (session: string)

        # From here on this connection acts for a session: it has the rights of the account on the phones that it opens,
        # instead of the caller's own. renew, true unless said otherwise, keeps the session from ending for want of use.
        method Resume(session: string, renew: ?bool) -> (account: string, from: string, phones: []OpenPhone)

        # Ends a session.
        method SignOut(session: string) -> ()

        # The administrator's password of every phone that has only the factory's, which never opens a session. For root.
        method WebPassword() -> (password: string)

        # There is no such phone. known lists the MAC addresses of those there are.
        error NoSuchPhone (phone: string, known: []string)

        # No phone was named, and there are several.
        error AmbiguousPhone (known: []string)

        # The phone has no such parameter. nearest lists names that are spelled alike, the nearest first.
        error NoSuchParameter (name: string, nearest: []string)

        # The parameter cannot have this value.
        error InvalidValue (name: string, reason: string)

        # The caller may not do this.
        error NotPermitted (reason: string)

        # The parameter is held fast by a layer above the user's, with file and line where that layer is a file.
        error NotChangeable (name: string, layer: string, file: ?string, line: ?int)

        # The phone has no such run, or none yet when run is null.
        error NoSuchRun (phone: string, run: ?int)

        # The archive cannot be taken, and nothing was changed.
        error InvalidArchive (reason: string)

        # The daemon's configuration is refused as a whole, and the one before stays in force. line is null when the reason
        # is about the file as a whole.
        error InvalidConfiguration (file: string, line: ?int, reason: string)

        # The daemon cannot take this now. It is worth trying again.
        error Busy (reason: string)

        # No account has this name and password, or it is closed: the user's is until USER_PASS is set.
        error SignInRefused ()

        # There were too many wrong tries. After so many seconds it is worth trying again.
        error TooManyTries (seconds: int)

        # The session has ended, or there never was one.
        error SessionEnded ()

        # The daemon is ending.
        error ShuttingDown ()

        # The daemon tried and failed, and its log says more.
        error Failed (reason: string)
        """ + "\n"

    /// The definition of `org.varlink.service`, as far as this daemon speaks it (varlink.org, "Service").
    static let serviceDescription = """
        # What every Varlink service answers about itself.
        interface org.varlink.service

        # Who made this service, and which interfaces it has.
        method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)

        # The definition of one interface.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # The service has no such interface.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The method is defined, and this service cannot do it in the way asked for.
        error MethodNotImplemented (method: string)

        # A parameter is missing, unknown or of the wrong type.
        error InvalidParameter (parameter: string)
        """ + "\n"
}
