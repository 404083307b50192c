package dev.sluice.crds.shape;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A rule over more than one field of a record.
public final class Rule {
  private Rule() {}

  /// Exactly one of these sets of fields must be given completely; the sets are space-separated.
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  public @interface OneOf {
    String[] value();
  }

  /// A CEL expression that the API server checks.
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @Repeatable(Checks.class)
  public @interface Check {
    String value();

    String message();
  }

  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  public @interface Checks {
    Check[] value();
  }
}
