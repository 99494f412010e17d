package io.filcdn.settlement.plan;

import io.filcdn.settlement.due.DueSettlements;
import io.filcdn.settlement.due.Finding;
import io.filcdn.settlement.model.Submission;
import java.util.List;

/**
 * A plan of what would be paid now.
 *
 * @param settlements pay what rails can pay
 * @param debts what data sets owe
 * @param findings what keeps data sets from being paid at all
 */
public record SettlementPlan(
    List<Submission.RailSettlement> settlements,
    List<DueSettlements.Debt> debts,
    List<Finding> findings) {}
