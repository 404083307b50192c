package dev.sluice.playground.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Errors and warnings about one object, in the order and form in which Istio reports them: a
/// single error is a sentence, several are a numbered list, and some checks make a list even of
/// one.
final class Findings {
  private final List<String> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean list;

  void error(String message) {
    errors.add(message);
  }

  void error(Optional<String> message) {
    message.ifPresent(this::error);
  }

  /// One that is reported as a list even when it stays alone.
  void listed(String message) {
    errors.add(message);
    list = true;
  }

  void warning(String message) {
    warnings.add(message);
  }

  /// The errors of a part; its warnings are lost, as they are in Istio.
  void errorsOf(Findings part) {
    errors.addAll(part.errors);
    list |= part.list;
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /// Empty when there is no error.
  Optional<String> failure() {
    return errors.isEmpty() ? Optional.empty() : Optional.of(text(errors, list));
  }

  private static String text(List<String> messages, boolean list) {
    if (messages.size() == 1 && !list) {
      return messages.getFirst();
    }
    var text = new StringBuilder();
    text.append(messages.size()).append(messages.size() == 1 ? " error" : " errors");
    text.append(" occurred:");
    messages.forEach(m -> text.append("\n\t* ").append(m));
    return text.append("\n\n").toString();
  }
}
