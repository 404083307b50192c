package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// Shapes objects as the client asked for them: whole, as metadata only, or as rows of a table.
final class Tables {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String META = "meta.k8s.io/";

  /// What each column of every built-in kind's name and age means.
  private static final String NAME =
      "Name must be unique within a namespace. Is required when creating resources.";

  private final State state;

  Tables(State state) {
    this.state = state;
  }

  ObjectNode one(Request request, Media media, ObjectNode object) {
    if (object.path("kind").asText().equals("Status")) {
      return object;
    }
    if (media.table()) {
      var table = table(request, media, true);
      table
          .withObjectProperty("metadata")
          .set("resourceVersion", object.at("/metadata/resourceVersion"));
      var kind = column(object, request);
      table.withArrayProperty("rows").add(row(request, media, kind, object));
      return table;
    }
    return media.partial() ? partial(media, request.kind(), object) : object;
  }

  ObjectNode list(Request request, Media media, Reading reading, Reading.Found found) {
    if (media.table()) {
      var table = table(request, media, true);
      var meta = table.withObjectProperty("metadata");
      meta.put("resourceVersion", Long.toString(found.version()));
      if (!found.next().isEmpty()) {
        meta.put("continue", found.next());
      }
      if (found.remaining() >= 0) {
        meta.put("remainingItemCount", found.remaining());
      }
      var rows = table.withArrayProperty("rows");
      for (var object : found.objects()) {
        rows.add(row(request, media, request.kind().columns(), object));
      }
      return table;
    }
    if (media.as().equals("PartialObjectMetadata")) {
      throw new Refusal(
          406,
          "NotAcceptable",
          "you requested PartialObjectMetadata, but the requested object is a list ("
              + (request.kind().custom()
                  ? "*unstructured.UnstructuredList"
                  : "*v1." + request.kind().listKind())
              + ")",
          Refusal.Details.ABSENT);
    }
    if (media.partial()) {
      var list = JSON.objectNode();
      list.put("kind", "PartialObjectMetadataList").put("apiVersion", META + media.version());
      var meta = list.putObject("metadata").put("resourceVersion", Long.toString(found.version()));
      if (!found.next().isEmpty()) {
        meta.put("continue", found.next());
      }
      var items = list.putArray("items");
      found.objects().forEach(object -> items.add(partial(media, request.kind(), object)));
      return list;
    }
    return reading.listObject(request.kind(), found);
  }

  /// How the objects of one watch are shown; columns are told once.
  Function<ObjectNode, ObjectNode> frames(Request request, Media media) {
    if (media.table()) {
      var told = new AtomicBoolean();
      return object -> {
        var table = table(request, media, !told.getAndSet(true));
        table
            .withObjectProperty("metadata")
            .set("resourceVersion", object.at("/metadata/resourceVersion"));
        table.withArrayProperty("rows").add(row(request, media, request.kind().columns(), object));
        return table;
      };
    }
    return media.partial() ? object -> partial(media, request.kind(), object) : Function.identity();
  }

  /// A name for how [#frames] shows objects: equal names show equally. Empty for a table, whose
  /// columns each watch is told once.
  static String shape(Media media) {
    if (media.table()) {
      return "";
    }
    return media.partial() ? "metadata " + media.version() : "whole";
  }

  /// A Scale or another view of the object has no columns of its own but these.
  private static List<Column> column(ObjectNode object, Request request) {
    return object.path("kind").asText().equals(request.kind().kind())
        ? request.kind().columns()
        : List.of(
            new Column("Name", ".metadata.name", "string", "name", NAME, 0),
            new Column("Created At", ".metadata.creationTimestamp", "date", "", "", 0));
  }

  private ObjectNode table(Request request, Media media, boolean columns) {
    include(request);
    var table = JSON.objectNode().put("kind", "Table").put("apiVersion", META + media.version());
    table.putObject("metadata");
    if (columns) {
      var definitions = table.putArray("columnDefinitions");
      for (var column : request.kind().columns()) {
        definitions
            .addObject()
            .put("name", column.name())
            .put("type", column.type())
            .put("format", column.format())
            .put("description", column.name().equals("Name") ? NAME : column.description())
            .put("priority", column.priority());
      }
    } else {
      table.putNull("columnDefinitions");
    }
    table.putArray("rows");
    return table;
  }

  private ObjectNode row(Request request, Media media, List<Column> columns, ObjectNode object) {
    var row = JSON.objectNode();
    var cells = row.putArray("cells");
    var compute = new Cells(now());
    for (var column : columns) {
      cells.add(compute.cell(column, object));
    }
    row.set(
        "object",
        switch (include(request)) {
          case "None" -> JSON.nullNode();
          case "Object" -> object;
          default -> partial(media, request.kind(), object);
        });
    return row;
  }

  private Instant now() {
    return state.now();
  }

  private static String include(Request request) {
    var include = request.call().parameter("includeObject").orElse("");
    if (!List.of("", "Metadata", "Object", "None").contains(include)) {
      throw Refusal.badRequest(
          "Unable to convert to Table as requested: includeObject: Invalid value: "
              + Refusal.quoted(include)
              + ": must be 'Metadata', 'Object', 'None', or empty");
    }
    return include;
  }

  /// The metadata alone, in the order of built-in kinds whatever the kind is.
  private static ObjectNode partial(Media media, ResourceKind kind, ObjectNode object) {
    var partial = JSON.objectNode();
    partial.put("kind", "PartialObjectMetadata").put("apiVersion", META + media.version());
    JsonNode meta = object.path("metadata");
    partial.set("metadata", kind.custom() ? inOrder(meta) : meta);
    return partial;
  }

  private static JsonNode inOrder(JsonNode meta) {
    var wrapped = JSON.objectNode();
    wrapped.put("apiVersion", "v1").put("kind", "ConfigMap").set("metadata", meta);
    return Schema.builtIn("v1", "ConfigMap")
        .map(schema -> schema.inOrder(wrapped).path("metadata"))
        .orElse(meta);
  }
}
