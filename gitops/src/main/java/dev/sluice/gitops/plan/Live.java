package dev.sluice.gitops.plan;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An object as the server answered it, `metadata.managedFields` included.
public record Live(Map<String, Object> content) {

  /// The value at a path of member names.
  public Optional<Object> at(List<String> path) {
    return Json.at(content, path);
  }

  public String uid() {
    return text("metadata", "uid");
  }

  /// Whether it is on its way out.
  public boolean terminating() {
    return !text("metadata", "deletionTimestamp").isEmpty();
  }

  /// Since when; empty when it is not, or the time cannot be read.
  public Optional<Instant> terminatingSince() {
    try {
      return Optional.of(Instant.parse(text("metadata", "deletionTimestamp")));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  public Optional<String> annotation(String name) {
    return at(List.of("metadata", "annotations", name))
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }

  /// What controls this object, as `Kind name`; empty when nothing does.
  public Optional<String> controller() {
    for (Map<String, Object> owner : Json.objects(at(List.of("metadata", "ownerReferences")))) {
      if (Boolean.TRUE.equals(owner.get("controller"))) {
        return Optional.of(owner.get("kind") + " " + owner.get("name"));
      }
    }
    return Optional.empty();
  }

  /// Whether anything owns it, controller or not: then it is not ours to delete.
  public boolean owned() {
    return !Json.objects(at(List.of("metadata", "ownerReferences"))).isEmpty();
  }

  /// Who manages which fields.
  List<FieldOwner> fieldOwners() {
    var owners = new ArrayList<FieldOwner>();
    for (Map<String, Object> entry : Json.objects(at(List.of("metadata", "managedFields")))) {
      owners.add(
          new FieldOwner(
              String.valueOf(entry.get("manager")),
              "Apply".equals(entry.get("operation")),
              Json.object(entry.get("fieldsV1"))));
    }
    return owners;
  }

  private String text(String... path) {
    return at(List.of(path)).filter(String.class::isInstance).map(String.class::cast).orElse("");
  }
}
