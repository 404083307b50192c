package dev.sluice.gitops.render;

import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.SourceFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.AnchorNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

/// Reads the YAML (and so JSON) documents of one file into maps, lists and scalars, with the line
/// of every mistake. Refuses what readers disagree on: duplicate keys, unknown tags.
///
/// Members that are null are left out, as clients of Kubernetes do.
public final class Documents {
  private static final int ALIASES = 100;
  private static final int DEPTH = 100;

  /// Values after aliases are written out; an alias bomb reaches this long before memory ends.
  private static final int VALUES = 500_000;

  private static final int DOCUMENTS = 5_000;

  /// Marks a scalar without quotes and without a tag: [Scalars] decides what it means.
  private static final Tag PLAIN = new Tag("plain");

  private static final Set<Tag> MEANINGFUL = Set.of(PLAIN, Tag.NULL, Tag.BOOL, Tag.INT, Tag.FLOAT);

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setSchema(new Unresolved())
          .setLabel("file")
          .setMaxAliasesForCollections(ALIASES)
          .setAllowNonScalarKeys(false)
          .setCodePointLimit(Integer.MAX_VALUE)
          .build();

  private final String file;
  private int values;

  private Documents(String file) {
    this.file = file;
  }

  private record Unresolved() implements Schema {
    @Override
    public ScalarResolver getScalarResolver() {
      return (value, implicit) -> implicit ? PLAIN : Tag.STR;
    }

    @Override
    public Map<Tag, ConstructNode> getSchemaTagConstructors() {
      return Map.of();
    }
  }

  /// @param number counted from 1, empty documents included
  /// @param content never empty; a document that is only comments is left out
  public record Document(int number, int line, Map<String, Object> content) {}

  /// @throws SourceFailure.NeedsEdit naming file and line
  public static List<Document> read(SourceFile file) {
    return new Documents(file.path()).documents(file.text());
  }

  private List<Document> documents(String text) {
    var documents = new ArrayList<Document>();
    int number = 0;
    try {
      for (Node root : new Compose(SETTINGS).composeAllFromString(text)) {
        if (++number > DOCUMENTS) {
          throw wrong(line(root), "more than " + DOCUMENTS + " documents");
        }
        Object value = value(root, 0);
        if (value == null) {
          continue;
        }
        if (!(value instanceof Map<?, ?>)) {
          throw wrong(line(root), "a document must be one object");
        }
        @SuppressWarnings("unchecked") // mapping() makes string keys only
        var content = (Map<String, Object>) value;
        if (!content.isEmpty()) {
          documents.add(new Document(number, line(root), content));
        }
      }
    } catch (MarkedYamlEngineException e) {
      // Only the problem: the whole message shows the lines around it, perhaps of a Secret.
      int at = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(0) + 1;
      throw wrong(at, problem(e));
    } catch (YamlEngineException e) {
      throw wrong(1, "it is not YAML that can be read");
    } catch (StackOverflowError e) {
      throw wrong(1, "it is nested too deeply");
    }
    return documents;
  }

  private static String problem(MarkedYamlEngineException e) {
    String problem = e.getProblem();
    return problem == null ? "it is not YAML" : problem.replace('\n', ' ');
  }

  private @Nullable Object value(Node node, int depth) {
    if (depth > DEPTH) {
      throw wrong(line(node), "it is nested deeper than " + DEPTH + " levels");
    }
    if (++values > VALUES) {
      throw wrong(line(node), "aliases make it larger than " + VALUES + " values");
    }
    return switch (node) {
      case ScalarNode scalar -> scalar(scalar);
      case SequenceNode sequence -> {
        var list = new ArrayList<@Nullable Object>();
        for (Node item : sequence.getValue()) {
          list.add(value(item, depth + 1));
        }
        yield list;
      }
      case MappingNode mapping -> mapping(mapping, depth);
      case AnchorNode anchor -> value(anchor.getRealNode(), depth + 1);
      default -> throw wrong(line(node), "it holds something that is not a value");
    };
  }

  private Map<String, Object> mapping(MappingNode node, int depth) {
    var own = new LinkedHashMap<String, Optional<Object>>();
    var merged = new LinkedHashMap<String, Object>();
    for (NodeTuple entry : node.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
        throw wrong(line(entry.getKeyNode()), "a key must be text");
      }
      String key = keyNode.getValue();
      if (key.equals("<<") && keyNode.getTag().equals(PLAIN)) {
        merge(entry.getValueNode(), depth).forEach(merged::putIfAbsent);
        continue;
      }
      Object value = value(entry.getValueNode(), depth + 1);
      if (own.put(key, Optional.ofNullable(value)) != null) {
        throw wrong(line(keyNode), "the key '" + shortened(key) + "' is there twice");
      }
    }
    var result = new LinkedHashMap<String, Object>();
    own.forEach((key, value) -> value.ifPresent(v -> result.put(key, v)));
    merged.forEach((key, value) -> {
      if (!own.containsKey(key)) {
        result.put(key, value);
      }
    });
    return result;
  }

  /// The members that `<<` brings in; an earlier one of several wins.
  private Map<String, Object> merge(Node node, int depth) {
    Node real = node instanceof AnchorNode anchor ? anchor.getRealNode() : node;
    return switch (real) {
      case MappingNode mapping -> {
        if (depth > DEPTH) {
          throw wrong(line(node), "it is nested deeper than " + DEPTH + " levels");
        }
        values++;
        yield mapping(mapping, depth + 1);
      }
      case SequenceNode sequence -> {
        var all = new LinkedHashMap<String, Object>();
        for (Node item : sequence.getValue()) {
          merge(item, depth + 1).forEach(all::putIfAbsent);
        }
        yield all;
      }
      default -> throw wrong(line(node), "'<<' must name an object");
    };
  }

  private @Nullable Object scalar(ScalarNode node) {
    Tag tag = node.getTag();
    if (tag.equals(Tag.STR)) {
      return node.getValue();
    }
    if (!MEANINGFUL.contains(tag)) {
      throw wrong(line(node), "the tag " + shortened(tag.getValue()) + " is not known");
    }
    try {
      return Scalars.meaning(node.getValue());
    } catch (IllegalArgumentException e) {
      throw wrong(line(node), String.valueOf(e.getMessage()));
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  private static String shortened(String text) {
    String oneLine = text.replaceAll("\\p{Cntrl}", " ");
    return oneLine.length() <= 60 ? oneLine : oneLine.substring(0, 60) + "…";
  }

  private SourceFailure wrong(int line, String what) {
    return new SourceFailure.NeedsEdit("BuildFailed", file + ":" + line + ": " + what);
  }
}
