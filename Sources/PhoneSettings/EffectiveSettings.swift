/// The settings of a phone: what its layers hold, and what counts.
///
/// The rule (Administrator Guide, "Priority of settings" and "Permission"): of the files, the highest one that has the
/// parameter decides. When its entry has `!`, it beats the user's own value; otherwise the user's value counts when
/// there is one; otherwise the file's; otherwise the factory default. A `!` in the product file does not beat the
/// standard file.
public struct EffectiveSettings: Sendable {
    /// The parameters that the phone has.
    public let dictionary: ParameterDictionary

    /// One entry of one layer.
    struct Node: Sendable {
        let layer: SettingsLayer
        let setting: Setting
    }

    /// Where an entry stands in its layer, and the next lower entry of the same parameter.
    private struct Link: Sendable {
        let layer: SettingsLayer
        let index: Int32
        let lower: Int32
    }

    private var links: [Link] = []
    private let layers: [SettingsLayer: [Setting]]
    /// The highest entry of each parameter that any layer has.
    var heads: [ParameterKey: Int32] = [:]

    /// The settings that come of `layers`. Of a parameter that stands twice in one layer, the last one counts.
    ///
    /// Entries of the layer `factory` stand in place of the dictionary's defaults.
    public init(layers: [SettingsLayer: [Setting]], dictionary: ParameterDictionary = .standard) {
        self.dictionary = dictionary
        self.layers = layers
        let total = layers.values.reduce(0) { $0 + $1.count }
        links.reserveCapacity(total)
        heads.reserveCapacity(total)
        for layer in SettingsLayer.allCases.sorted() {
            guard let settings = layers[layer] else { continue }
            for index in settings.indices { insert(settings[index].key, layer, index) }
        }
    }

    private mutating func insert(_ key: ParameterKey, _ layer: SettingsLayer, _ index: Int) {
        let next = Int32(truncatingIfNeeded: links.count)
        var lower = heads.updateValue(next, forKey: key) ?? -1
        // Layers come lowest first, so an entry of the same layer can only be the head.
        if lower >= 0, links[Int(lower)].layer == layer { lower = links[Int(lower)].lower }
        links.append(Link(layer: layer, index: Int32(truncatingIfNeeded: index), lower: lower))
    }

    private func node(_ link: Link) -> Node? {
        layers[link.layer].map { Node(layer: link.layer, setting: $0[Int(link.index)]) }
    }

    /// The entries of `key`, highest layer first.
    func entries(of key: ParameterKey) -> [Node] {
        var result: [Node] = []
        var index = heads[key] ?? -1
        while index >= 0 {
            let link = links[Int(index)]
            if let node = node(link) { result.append(node) }
            index = link.lower
        }
        return result
    }

    /// The entry of `key` that counts, without the dictionary's defaults.
    private func decidingNode(of key: ParameterKey) -> Node? {
        guard let head = heads[key] else { return nil }
        let highest = links[Int(head)]
        guard highest.layer == .user, highest.lower >= 0, let file = node(links[Int(highest.lower)]) else {
            return node(highest)
        }
        return file.layer.isFile && file.setting.permission.overridesUser ? file : node(highest)
    }

    /// The value of `key` and who gives it; `nil` when no layer has one and no factory default is known.
    public func decided(_ key: ParameterKey) -> LayerValue? {
        if let node = decidingNode(of: key) { return LayerValue(node) }
        return dictionary.defaultValue(of: key).map { LayerValue(layer: .factory, value: $0) }
    }

    /// The value of `key`; `nil` when no layer has one and no factory default is known.
    public func value(_ key: ParameterKey) -> String? {
        decidingNode(of: key)?.setting.value ?? dictionary.defaultValue(of: key)
    }

    /// The parameter that `text` names: see `ParameterKey.init(parsing:in:)`. An unknown parameter of a line
    /// (`FOO_2`) is found when a layer has one.
    public func key(parsing text: String) -> ParameterKey {
        let key = ParameterKey(parsing: text, in: dictionary)
        guard dictionary[key.name] == nil, heads[key] == nil, let split = ParameterKey.splitLineSuffix(text),
            let line = LineNumber(rawValue: split.number)
        else { return key }
        let ofLine = ParameterKey(split.name, line: line)
        return heads[ofLine] == nil ? key : ofLine
    }
}

extension LayerValue {
    init(_ node: EffectiveSettings.Node) {
        self.init(
            layer: node.layer,
            value: node.setting.value,
            permission: node.setting.permission,
            position: node.setting.position
        )
    }
}
