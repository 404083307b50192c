package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the server says of itself: its health, its version, what kinds it has and what they look
/// like.
final class About {
  private static final String VERSION = "v1.33.4";

  /// For a path that leads nowhere.
  static final Answer NO_PAGE = text(404, "404 page not found\n");

  private final State state;
  private OpenApi openApi;

  About(State state) {
    this.state = state;
    this.openApi = new OpenApi(state.kinds());
  }

  private static Answer text(int status, String text) {
    return new Answer(
        status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  Answer health(Call call, String check) {
    return text(
        200,
        call.query().containsKey("verbose") ? "[+]ping ok\n" + check + " check passed\n" : "ok");
  }

  Answer version(Call call) {
    if (!call.method().equals("GET")) {
      throw Refusal.method();
    }
    var version = JsonNodeFactory.instance.objectNode();
    version
        .put("major", "1")
        .put("minor", "33")
        .put("gitVersion", VERSION)
        .put("gitCommit", "")
        .put("gitTreeState", "clean")
        .put("buildDate", "2025-01-01T00:00:00Z")
        .put("goVersion", "")
        .put("compiler", "")
        .put("platform", "linux/amd64");
    return new Answer(
        200, "application/json", Bodies.write(version, Media.Encoding.JSON, true), Map.of());
  }

  Answer openApi(Call call, List<String> parts) {
    if (!openApi.of(state.kinds())) {
      openApi = new OpenApi(state.kinds());
    }
    if (parts.equals(List.of("openapi", "v2"))) {
      return OpenApiV2.answer(call, openApi);
    }
    if (parts.size() < 2 || !parts.get(1).equals("v3")) {
      return NO_PAGE;
    }
    if (parts.size() == 2) {
      var index = Bodies.write(openApi.index(), Media.Encoding.JSON, false);
      return new Answer(200, "text/plain; charset=utf-8", index, Map.of());
    }
    var path = String.join("/", parts.subList(2, parts.size()));
    var found = openApi.document(path);
    if (found.isEmpty()) {
      return new Answer(404, "", new byte[0], Map.of());
    }
    var document = found.get();
    var headers = new LinkedHashMap<String, String>();
    headers.put("Vary", "Accept");
    headers.put("Etag", '"' + document.digest() + '"');
    var hash = call.parameter("hash").orElse("");
    if (!hash.isEmpty() && !hash.equals(document.digest())) {
      return new Answer(
          301,
          "application/json",
          new byte[0],
          Map.of("Location", "/openapi/v3/" + path + "?hash=" + document.digest()));
    }
    if (!hash.isEmpty()) {
      headers.put("Cache-Control", "public, immutable");
      headers.put(
          "Expires",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              state.now().atZone(ZoneOffset.UTC).plusYears(1)));
    }
    return new Answer(200, "application/json", document.body(), headers);
  }

  Answer discovery(Call call, List<String> parts) {
    var media = Media.ofDiscovery(call);
    var server = call.header("host").orElse("localhost");
    var document = Discovery.document(state.kinds(), parts, media, server);
    if (document.isEmpty()) {
      var builtIn =
          parts.size() > 1
              && state.kinds().versions(parts.getFirst().equals("api") ? "" : parts.get(1)).stream()
                  .anyMatch(v ->
                      state
                          .kinds()
                          .of(parts.getFirst().equals("api") ? "" : parts.get(1), v)
                          .stream()
                          .anyMatch(kind -> !kind.custom()));
      if (builtIn) {
        throw Refusal.unknownResource();
      }
      return NO_PAGE;
    }
    var body = Bodies.write(document.get(), media.encoding(), false);
    var etag = '"' + Digest.of(body) + '"';
    var type =
        media.as().isEmpty()
            ? media.encoding().type()
            : "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    if (call.header("if-none-match").map(etag::equals).orElse(false)) {
      return new Answer(304, type, new byte[0], Map.of("ETag", etag));
    }
    return new Answer(200, type, body, Map.of("ETag", etag, "Vary", "Accept"));
  }
}
