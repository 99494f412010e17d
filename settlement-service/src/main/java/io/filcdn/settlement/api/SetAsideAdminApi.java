package io.filcdn.settlement.api;

import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.problem.HttpProblem;
import io.filcdn.settlement.model.Activity;
import io.filcdn.settlement.setaside.SetAside;
import io.filcdn.settlement.setaside.SetAsides;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.logging.Logger;

/**
 * The API by which operators let data sets that are set aside take part again. Each call shows what
 * it will do; with {@code dryRun=true} it shows that and does nothing.
 */
@Path("/api/v1/admin/set-asides")
@Produces(MediaType.APPLICATION_JSON)
@OperatorsOnly
@RunOnVirtualThread
public class SetAsideAdminApi {

  private static final Logger LOG = Logger.getLogger(SetAsideAdminApi.class);

  private final SetAsides setAsides;
  private final Network network;

  SetAsideAdminApi(SetAsides setAsides, Network network) {
    this.setAsides = setAsides;
    this.network = network;
  }

  /** The change that will happen to data sets that are set aside. */
  public record SetAsideChange(boolean changed, List<SetAside> dataSets) {}

  @POST
  @Path("/retry")
  @Operation(
      summary = "Lets data sets that are set aside take part in the next run",
      description =
          "They stay listed until they get through. Without dataSet: all of the activity.")
  public SetAsideChange retry(
      @QueryParam("activity") String activity,
      @QueryParam("dataSet") List<String> dataSets,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun) {
    List<SetAside> found = find(activity, dataSets);
    if (!dryRun) {
      setAsides.retryNow(activity(activity), found.stream().map(SetAside::dataSet).toList());
      LOG.infof("an operator has activity=%s retried for %d data sets", activity, found.size());
    }
    return new SetAsideChange(!dryRun, found);
  }

  @POST
  @Path("/release")
  @Operation(
      summary = "Forgets why data sets were set aside",
      description =
          "What is still wrong sets them aside anew. Without dataSet: all of the activity.")
  public SetAsideChange release(
      @QueryParam("activity") String activity,
      @QueryParam("dataSet") List<String> dataSets,
      @QueryParam("dryRun") @DefaultValue("false") boolean dryRun) {
    List<SetAside> found = find(activity, dataSets);
    if (!dryRun) {
      setAsides.release(activity(activity), found.stream().map(SetAside::dataSet).toList());
      LOG.infof("an operator releases %d data sets for activity=%s", found.size(), activity);
    }
    return new SetAsideChange(!dryRun, found);
  }

  private List<SetAside> find(String activity, List<String> dataSets) {
    Activity of = activity(activity);
    Set<DataSetId> asked =
        dataSets.stream()
            .map(
                text ->
                    HttpProblem.parsed("data-set", () -> DataSetId.of(text, network.generation())))
            .collect(Collectors.toSet());
    return setAsides.all().stream()
        .filter(found -> found.activity() == of)
        .filter(found -> asked.isEmpty() || asked.contains(found.dataSet()))
        .toList();
  }

  private static Activity activity(String text) {
    return HttpProblem.parsed("activity", () -> Activity.of(text == null ? "" : text));
  }
}
