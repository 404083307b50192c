package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import java.util.List;

/// What came of a server-side apply.
public sealed interface Applied {

  /// The object to store, `metadata.managedFields` included; still to be pruned, defaulted and
  /// validated. Equal to the live object when nothing changed.
  record Merged(ObjectNode object) implements Applied {}

  /// Others own what the configuration wants to change: 409 Conflict without a kind in its details.
  ///
  /// @param message such as `Apply failed with 1 conflict: conflict with "one": .data.k`
  /// @param causes reason FieldManagerConflict each
  record Conflicts(String message, List<Cause> causes) implements Applied {}

  /// The configuration does not fit the schema: 500 without a reason, or 400 where it is not a
  /// configuration at all.
  record Unfit(int code, String message) implements Applied {}
}
