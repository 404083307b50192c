package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.CustomResource;
import dev.sluice.crds.shape.CustomResource.Column;
import dev.sluice.crds.shape.Field;
import dev.sluice.crds.shape.Rule;
import org.jspecify.annotations.Nullable;

/// A place where alerts are sent: Flagger's kind.
@CustomResource(
    group = "flagger.app",
    version = "v1beta1",
    kind = "AlertProvider",
    plural = "alertproviders",
    categories = "all",
    optionalSpec = true,
    description = "A place where alerts are sent.",
    columns = @Column(name = "Type", path = ".spec.type"))
public record AlertProvider(
    @Field(value = "Standard object metadata.", required = true) Metadata metadata,
    @Field(value = "Where and how.", required = true) Spec spec) {

  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  public static AlertProvider read(JsonNode object) {
    return Binding.read(AlertProvider.class, object);
  }

  public ObjectRef ref() {
    return metadata.ref();
  }

  @Rule.OneOf({"type address", "type secretRef"})
  public record Spec(
      @Field(
              value = "Kind of receiver.",
              required = true,
              values = {"slack", "msteams", "discord", "rocket", "gchat", "webhook"})
          String type,
      @Field("Channel to post to.") @Nullable String channel,
      @Field("Name to post as.") @Nullable String username,
      @Field("URL to post to.") @Nullable String address,
      @Field("Proxy to post through.") @Nullable String proxy,
      @Field("Secret with `address`, and `token` where one is needed, in the same namespace.")
          @Nullable LocalRef secretRef) {}
}
