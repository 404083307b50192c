package dev.sluice.crds.shape;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A record with `metadata`, `spec` and perhaps `status` that is a kind of its own.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface CustomResource {
  String group();

  String version();

  String kind();

  String plural();

  String[] shortNames() default {};

  String[] categories() default {};

  /// What the kind is for, in a sentence.
  String description();

  /// The schema takes objects without a spec, as Flagger's do; [Binding#read] does not.
  boolean optionalSpec() default false;

  Column[] columns() default {};

  /// What `kubectl get` prints in a column of its own.
  @interface Column {
    String name();

    String path();

    String type() default "string";

    /// 0 is always shown, 1 only with `-o wide`.
    int priority() default 0;

    String description() default "";
  }
}
