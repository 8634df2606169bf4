/// One parse: libxml2 keeps a pointer to it, and hands it to every callback.
///
/// It lives for one parse, on one thread.
final class DocumentParse {
    var builder: DocumentBuilder

    init(_ builder: DocumentBuilder) { self.builder = builder }
}
