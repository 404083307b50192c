package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.TooOld;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Watches: what a client missed, then what happens. Used under the server's lock.
final class Watches {

  private final State state;
  private final Reading reading;
  private final List<One> open = new ArrayList<>();

  Watches(State state, Reading reading) {
    this.state = state;
    this.reading = reading;
    state.storage().listen(change -> List.copyOf(open).forEach(each -> each.see(change)));
  }

  /// Whether a GET asks for a watch: `watch` with any value but false and 0, or the old path.
  static boolean wanted(Call call, RequestPath path) {
    return call.method().equals("GET")
        && (path.watch()
            || (call.query().containsKey("watch")
                && !List.of("false", "0").contains(call.parameter("watch").orElse(""))));
  }

  /// The same, of a request whose query is not read yet.
  static boolean asks(String method, @Nullable String path, @Nullable String query) {
    if (!method.equals("GET") || path == null) {
      return false;
    }
    if (RequestPath.parse(path).map(RequestPath::watch).orElse(false)) {
      return true;
    }
    if (query == null || RequestPath.parse(path).isEmpty()) {
      return false;
    }
    for (var each : query.split("&", -1)) {
      if (each.equals("watch") || each.startsWith("watch=")) {
        return !List.of("watch=false", "watch=0").contains(each);
      }
    }
    return false;
  }

  /// @param shape how each object is shown
  One start(Request request, Function<ObjectNode, ObjectNode> shape, Consumer<ObjectNode> frames) {
    reading.options(request);
    var selection = Reading.Selection.of(request);
    long from = reading.watchVersion(request);
    var watch = new One(request, selection, shape, frames);
    if (from == 0) {
      for (var stored : state.storage().list(request.kind().storage(), request.namespace())) {
        if (watch.covers(stored) && selection.matches(stored)) {
          watch.send("ADDED", stored);
        }
      }
    } else {
      try {
        var missed = state.storage().since(request.kind().storage(), from);
        watch.from = from;
        missed.forEach(watch::see);
      } catch (TooOld e) {
        var gone =
            new Refusal(
                410,
                "Expired",
                "too old resource version: " + from + " (" + e.oldest() + ")",
                Refusal.Details.ABSENT);
        frames.accept(frame("ERROR", gone.status()));
        return watch;
      }
    }
    open.add(watch);
    return watch;
  }

  private static ObjectNode frame(String type, ObjectNode object) {
    var frame = JsonNodeFactory.instance.objectNode();
    frame.put("type", type);
    frame.set("object", object);
    return frame;
  }

  /// One client's watch.
  final class One {
    private final Request request;
    private final Reading.Selection selection;
    private final Function<ObjectNode, ObjectNode> shape;
    private final Consumer<ObjectNode> frames;
    private long from;

    One(
        Request request,
        Reading.Selection selection,
        Function<ObjectNode, ObjectNode> shape,
        Consumer<ObjectNode> frames) {
      this.request = request;
      this.selection = selection;
      this.shape = shape;
      this.frames = frames;
    }

    void end() {
      open.remove(this);
    }

    void bookmark() {
      if (!request
          .call()
          .parameter("allowWatchBookmarks")
          .map(v -> !v.equals("false") && !v.equals("0"))
          .orElse(false)) {
        return;
      }
      var object = JsonNodeFactory.instance.objectNode();
      object.put("kind", request.kind().kind()).put("apiVersion", request.kind().groupVersion());
      object.putObject("metadata").put("resourceVersion", Long.toString(state.storage().version()));
      frames.accept(frame("BOOKMARK", object));
    }

    private boolean covers(ObjectNode stored) {
      var meta = stored.path("metadata");
      return (request.namespace().isEmpty()
              || request.namespace().equals(meta.path("namespace").asText("")))
          && (request.name().isEmpty() || request.name().equals(meta.path("name").asText()));
    }

    private void see(Change change) {
      if (!change.key().resource().equals(request.kind().storage())
          || change.version() <= from
          || !covers(change.object())) {
        return;
      }
      var now = change.type() != Change.Type.DELETED && selection.matches(change.object());
      var then = change.before().filter(selection::matches);
      if (now && then.isPresent()) {
        send("MODIFIED", change.object());
      } else if (now) {
        send("ADDED", change.object());
      } else if (then.isPresent()) {
        // What left the selection is shown as it was last inside, under the version that took it
        // out.
        var last = change.type() == Change.Type.DELETED ? change.object() : then.get().deepCopy();
        last.withObjectProperty("metadata").put("resourceVersion", Long.toString(change.version()));
        send("DELETED", last);
      }
    }

    private void send(String type, ObjectNode stored) {
      frames.accept(frame(type, shape.apply(reading.read(request.kind(), stored))));
    }
  }
}
