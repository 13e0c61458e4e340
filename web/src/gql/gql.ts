/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query UnseenAlerts($where: AlertWhereInput!) {\n    alerts(first: 10, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          id\n          createdAt\n        }\n      }\n    }\n  }\n": typeof types.UnseenAlertsDocument,
    "\n  fragment Attempted on AlertAttempt {\n    number\n    at\n    tookMs\n    status\n    answer\n    failure\n  }\n": typeof types.AttemptedFragmentDoc,
    "\n  fragment Delivered on AlertDelivery {\n    id\n    state\n    nextAttemptAt\n    channel {\n      id\n      name\n    }\n    attempts {\n      ...Attempted\n    }\n  }\n": typeof types.DeliveredFragmentDoc,
    "\n  mutation ReplayAlert($workspaceId: ID!, $deliveryId: ID!) {\n    replayAlert(workspaceId: $workspaceId, deliveryId: $deliveryId) {\n      ...Delivered\n    }\n  }\n": typeof types.ReplayAlertDocument,
    "\n  fragment AlertRow on Alert {\n    id\n    createdAt\n    clientId\n    event\n    title(language: $language)\n    text(language: $language)\n    facts\n    deliveries @include(if: $manages) {\n      ...Delivered\n    }\n  }\n": typeof types.AlertRowFragmentDoc,
    "\n  query Alerts($where: AlertWhereInput!, $first: Int!, $after: Cursor, $language: String!, $manages: Boolean!) {\n    alerts(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...AlertRow\n        }\n      }\n    }\n  }\n": typeof types.AlertsDocument,
    "\n  query Who($id: ID!, $some: Boolean!) {\n    viewer {\n      role\n      workspaceId\n    }\n    workspace(id: $id) @include(if: $some) {\n      id\n      name\n      currency\n      timeZone\n      budget {\n        version\n      }\n    }\n    workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) @skip(if: $some) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": typeof types.WhoDocument,
    "\n  query Viewer {\n    viewer {\n      role\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  fragment CustomerBudget on Customer {\n    clientId\n    name\n    budget {\n      ...BudgetStanding\n      ...BudgetTerms\n    }\n  }\n": typeof types.CustomerBudgetFragmentDoc,
    "\n  query BudgetOfClient($workspaceId: ID!, $clientId: ID!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          budget {\n            ...BudgetTerms\n          }\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: { lastDays: 1 }, filter: { clientIds: [$clientId] }) {\n      monthlyComparison {\n        currentMonth\n      }\n    }\n  }\n": typeof types.BudgetOfClientDocument,
    "\n  mutation SetCustomerBudget($workspaceId: ID!, $clientId: ID!, $input: BudgetInput!) {\n    setCustomerBudget(workspaceId: $workspaceId, clientId: $clientId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n": typeof types.SetCustomerBudgetDocument,
    "\n  mutation RemoveCustomerBudget($workspaceId: ID!, $clientId: ID!) {\n    removeCustomerBudget(workspaceId: $workspaceId, clientId: $clientId)\n  }\n": typeof types.RemoveCustomerBudgetDocument,
    "\n  query OneClient($workspaceId: ID!, $clientId: ID!, $range: DateRange!, $before: DateRange!, $filter: UsageFilter, $everybody: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          ...CustomerCard\n          ...CustomerBudget\n        }\n      }\n    }\n    latest: usages(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          createdAt\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...ClientFigures\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    everybody: stats(workspaceId: $workspaceId, range: $range, filter: $everybody) {\n      ...EverybodysCost\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n    }\n    workspace(id: $workspaceId) {\n      ...MessagePrice\n    }\n  }\n": typeof types.OneClientDocument,
    "\n  fragment CustomerCard on Customer {\n    name\n    phone\n    email\n    activeChatbot\n    createdAt\n  }\n": typeof types.CustomerCardFragmentDoc,
    "\n  fragment ClientFigures on UsageStats {\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n  }\n": typeof types.ClientFiguresFragmentDoc,
    "\n  fragment EverybodysCost on UsageStats {\n    totalCost\n  }\n": typeof types.EverybodysCostFragmentDoc,
    "\n  fragment UsageRow on Usage {\n    id\n    createdAt\n    kind\n    model\n    inputTokens\n    outputTokens\n    price\n    voidedAt\n    voidReason\n  }\n": typeof types.UsageRowFragmentDoc,
    "\n  query ClientUsages($where: UsageWhereInput!, $first: Int!, $after: Cursor) {\n    usages(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...UsageRow\n        }\n      }\n    }\n  }\n": typeof types.ClientUsagesDocument,
    "\n  mutation VoidUsage($workspaceId: ID!, $id: ID!, $reason: String) {\n    voidUsage(workspaceId: $workspaceId, id: $id, reason: $reason) {\n      voided\n      usage {\n        ...UsageRow\n      }\n    }\n  }\n": typeof types.VoidUsageDocument,
    "\n  query ExportedClients($where: CustomerWhereInput!) {\n    customers(first: 20, where: $where) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n  }\n": typeof types.ExportedClientsDocument,
    "\n  subscription UsageChanged($workspaceId: ID!) {\n    usageChanged(workspaceId: $workspaceId) {\n      todayCost\n      todayMessages\n      monthCost\n      monthMessages\n      lastUsage {\n        id\n        clientId\n        price\n        createdAt\n      }\n    }\n  }\n": typeof types.UsageChangedDocument,
    "\n  query Poll($workspaceId: ID!) {\n    today: stats(workspaceId: $workspaceId, range: { lastDays: 1 }) {\n      totalCost\n      totalMessages\n      monthlyUsage(months: 1) {\n        cost\n        messages\n      }\n    }\n  }\n": typeof types.PollDocument,
    "\n  fragment BudgetStanding on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    spent\n    remaining\n    percent\n    projected\n    exhaustedOn\n  }\n": typeof types.BudgetStandingFragmentDoc,
    "\n  fragment MessagePrice on Workspace {\n    prices {\n      kind\n      price\n    }\n  }\n": typeof types.MessagePriceFragmentDoc,
    "\n  fragment WorkspaceBudget on Workspace {\n    ...MessagePrice\n    budget {\n      ...BudgetStanding\n    }\n    month: stats(range: { lastDays: 1 }) @include(if: $budgeted) {\n      outlook: forecast(days: 1) {\n        monthEnd {\n          expected\n          low80\n          high80\n        }\n      }\n    }\n  }\n": typeof types.WorkspaceBudgetFragmentDoc,
    "\n  fragment CardsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    peakHours {\n      cost\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n    monthlyComparison {\n      currentMonth\n      growth\n      previousMonth\n      previousMonthToDate\n      growthToDate\n    }\n    outlook: forecast(days: 1) {\n      monthEnd {\n        expected\n      }\n    }\n    lately: monthlyUsage(months: 6) {\n      cost\n    }\n  }\n": typeof types.CardsWidgetFragmentDoc,
    "\n  fragment ClientsWidget on UsageStats {\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      clientPhone\n      messages\n      cost\n      share\n    }\n  }\n": typeof types.ClientsWidgetFragmentDoc,
    "\n  fragment DailyWidget on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n": typeof types.DailyWidgetFragmentDoc,
    "\n  fragment DailyBefore on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n": typeof types.DailyBeforeFragmentDoc,
    "\n  fragment DailyForecast on UsageStats {\n    forecast(days: $ahead) @include(if: $coming) {\n      method\n      daily {\n        date\n        expected\n        low80\n        high80\n      }\n    }\n  }\n": typeof types.DailyForecastFragmentDoc,
    "\n  fragment DailyAnomalies on UsageStats {\n    anomalies {\n      date\n      hour\n      direction\n      actual\n      low\n      high\n      clients {\n        clientId\n        clientName\n        difference\n      }\n      kinds {\n        label\n        difference\n      }\n      models {\n        label\n        difference\n      }\n    }\n  }\n": typeof types.DailyAnomaliesFragmentDoc,
    "\n  fragment HeatmapWidget on UsageStats {\n    totalMessages\n    heatmap {\n      weekday\n      hour\n      messages\n      cost\n    }\n  }\n": typeof types.HeatmapWidgetFragmentDoc,
    "\n  fragment HoursWidget on UsageStats {\n    totalMessages\n    peakHour {\n      hour\n      messages\n    }\n    peakHours {\n      hour\n      messages\n      cost\n    }\n  }\n": typeof types.HoursWidgetFragmentDoc,
    "\n  fragment InsightsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyMessages\n    dailyUsage {\n      date\n      messages\n    }\n    peakHour {\n      hour\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n": typeof types.InsightsWidgetFragmentDoc,
    "\n  fragment InsightsBefore on UsageStats {\n    totalCost\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n": typeof types.InsightsBeforeFragmentDoc,
    "\n  fragment KindsWidget on UsageStats {\n    totalCost\n    byKind {\n      label\n      messages\n      cost\n    }\n  }\n": typeof types.KindsWidgetFragmentDoc,
    "\n  fragment ModelsWidget on UsageStats {\n    totalCost\n    byModel {\n      label\n      messages\n      cost\n    }\n  }\n": typeof types.ModelsWidgetFragmentDoc,
    "\n  fragment MonthsWidget on UsageStats {\n    monthlyUsage(months: 13) {\n      month\n      messages\n      cost\n      growth\n    }\n  }\n": typeof types.MonthsWidgetFragmentDoc,
    "\n  fragment NothingNotice on UsageStats {\n    startDate\n    endDate\n    totalMessages\n  }\n": typeof types.NothingNoticeFragmentDoc,
    "\n  query Overview($workspaceId: ID!, $range: DateRange, $before: DateRange, $filter: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!, $budgeted: Boolean!) {\n    ...EverCounted\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...NothingNotice\n      ...CardsWidget\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...HeatmapWidget\n      ...ClientsWidget\n      ...SegmentsWidget\n      ...InsightsWidget\n      ...MonthsWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n      ...InsightsBefore\n    }\n    workspace(id: $workspaceId) {\n      ...WorkspaceBudget\n    }\n  }\n": typeof types.OverviewDocument,
    "\n  fragment EverCounted on Query {\n    usages(first: 1, where: { workspaceId: $workspaceId }) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": typeof types.EverCountedFragmentDoc,
    "\n  fragment SegmentsWidget on UsageStats {\n    segments {\n      share\n      clients\n      cost\n    }\n  }\n": typeof types.SegmentsWidgetFragmentDoc,
    "\n  query First($workspaceId: ID!, $manages: Boolean!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, activeChatbot: true }) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n    apiKeys(workspaceId: $workspaceId) @include(if: $manages) {\n      name\n      role\n      revokedAt\n      expiresAt\n    }\n  }\n": typeof types.FirstDocument,
    "\n  query AlertSettings($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n": typeof types.AlertSettingsDocument,
    "\n  query BudgetOfSettings($id: ID!) {\n    workspace(id: $id) {\n      budget {\n        ...BudgetTerms\n      }\n      stats(range: { lastDays: 1 }) {\n        monthlyComparison {\n          currentMonth\n        }\n      }\n    }\n  }\n": typeof types.BudgetOfSettingsDocument,
    "\n  mutation SetBudget($workspaceId: ID!, $input: BudgetInput!) {\n    setBudget(workspaceId: $workspaceId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n": typeof types.SetBudgetDocument,
    "\n  mutation RemoveBudget($workspaceId: ID!) {\n    removeBudget(workspaceId: $workspaceId)\n  }\n": typeof types.RemoveBudgetDocument,
    "\n  mutation CreateAlertChannel($workspaceId: ID!, $input: CreateAlertChannelInput!) {\n    createAlertChannel(workspaceId: $workspaceId, input: $input) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n": typeof types.CreateAlertChannelDocument,
    "\n  mutation TestAlertChannel($workspaceId: ID!, $id: ID!) {\n    testAlertChannel(workspaceId: $workspaceId, id: $id) {\n      state\n      attempts {\n        ...Attempted\n      }\n      channel {\n        ...ChannelOfList\n      }\n    }\n  }\n": typeof types.TestAlertChannelDocument,
    "\n  mutation RotateAlertChannelSecret($workspaceId: ID!, $id: ID!, $overlapHours: Int!) {\n    rotateAlertChannelSecret(workspaceId: $workspaceId, id: $id, overlapHours: $overlapHours) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n": typeof types.RotateAlertChannelSecretDocument,
    "\n  mutation RemoveAlertChannel($workspaceId: ID!, $id: ID!) {\n    removeAlertChannel(workspaceId: $workspaceId, id: $id)\n  }\n": typeof types.RemoveAlertChannelDocument,
    "\n  query DeliveriesOfChannels($workspaceId: ID!, $first: Int!, $language: String!) {\n    alertChannels(workspaceId: $workspaceId) {\n      id\n      deliveries(first: $first) {\n        ...Delivered\n        alert {\n          createdAt\n          title(language: $language)\n        }\n      }\n    }\n  }\n": typeof types.DeliveriesOfChannelsDocument,
    "\n  fragment ChannelOfList on AlertChannel {\n    id\n    kind\n    name\n    target\n    events\n    failingSince\n    disabledAt\n    disabledReason\n    version\n  }\n": typeof types.ChannelOfListFragmentDoc,
    "\n  query AlertChannels($workspaceId: ID!) {\n    alertChannels(workspaceId: $workspaceId) {\n      ...ChannelOfList\n    }\n  }\n": typeof types.AlertChannelsDocument,
    "\n  mutation UpdateAlertChannel($workspaceId: ID!, $id: ID!, $input: UpdateAlertChannelInput!) {\n    updateAlertChannel(workspaceId: $workspaceId, id: $id, input: $input) {\n      ...ChannelOfList\n    }\n  }\n": typeof types.UpdateAlertChannelDocument,
    "\n  mutation UpsertCustomer($workspaceId: ID!, $input: CustomerInput!) {\n    upsertCustomer(workspaceId: $workspaceId, input: $input) {\n      ...CustomerOfList\n    }\n  }\n": typeof types.UpsertCustomerDocument,
    "\n  query KnownCustomer($where: CustomerWhereInput!) {\n    customers(first: 1, where: $where) {\n      edges {\n        node {\n          clientId\n        }\n      }\n    }\n  }\n": typeof types.KnownCustomerDocument,
    "\n  fragment CustomerOfList on Customer {\n    clientId\n    name\n    phone\n    email\n    activeChatbot\n  }\n": typeof types.CustomerOfListFragmentDoc,
    "\n  query Customers($where: CustomerWhereInput!, $after: Cursor) {\n    customers(first: 50, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          ...CustomerOfList\n        }\n      }\n    }\n  }\n": typeof types.CustomersDocument,
    "\n  mutation EraseCustomer($workspaceId: ID!, $clientId: ID!) {\n    eraseCustomer(workspaceId: $workspaceId, clientId: $clientId) {\n      ...CustomerOfList\n    }\n  }\n": typeof types.EraseCustomerDocument,
    "\n  fragment KeyOfList on ApiKey {\n    id\n    name\n    role\n    workspaceId\n    createdAt\n    expiresAt\n    revokedAt\n  }\n": typeof types.KeyOfListFragmentDoc,
    "\n  query Keys($workspaceId: ID) {\n    viewer {\n      name\n      role\n      workspaceId\n      expiresAt\n    }\n    apiKeys(workspaceId: $workspaceId) {\n      ...KeyOfList\n    }\n  }\n": typeof types.KeysDocument,
    "\n  mutation RevokeKey($id: ID!) {\n    revokeApiKey(id: $id)\n  }\n": typeof types.RevokeKeyDocument,
    "\n  mutation CreateKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      secret\n    }\n  }\n": typeof types.CreateKeyDocument,
    "\n  mutation CreateWorkspace($input: CreateWorkspaceInput!) {\n    createWorkspace(input: $input) {\n      id\n    }\n  }\n": typeof types.CreateWorkspaceDocument,
    "\n  fragment WorkspaceSettings on Workspace {\n    id\n    name\n    currency\n    timeZone\n    language\n    reportHour\n    prices {\n      kind\n      price\n    }\n  }\n": typeof types.WorkspaceSettingsFragmentDoc,
    "\n  mutation UpdateWorkspace($id: ID!, $input: UpdateWorkspaceInput!) {\n    updateWorkspace(id: $id, input: $input) {\n      ...WorkspaceSettings\n    }\n  }\n": typeof types.UpdateWorkspaceDocument,
    "\n  fragment BudgetTerms on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    version\n  }\n": typeof types.BudgetTermsFragmentDoc,
    "\n  query SettingsOfWorkspace($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n": typeof types.SettingsOfWorkspaceDocument,
    "\n  query FoundClients($where: CustomerWhereInput!) {\n    customers(first: 30, where: $where, orderBy: [{ field: CLIENT_ID, direction: ASC }]) {\n      edges {\n        node {\n          clientId\n          name\n          phone\n        }\n      }\n    }\n  }\n": typeof types.FoundClientsDocument,
    "\n  query Labels($workspaceId: ID!) {\n    stats(workspaceId: $workspaceId, range: { lastDays: 3660 }) {\n      byKind {\n        label\n      }\n      byModel {\n        label\n      }\n    }\n  }\n": typeof types.LabelsDocument,
    "\n  query Workspaces($where: WorkspaceWhereInput) {\n    workspaces(first: 50, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {\n      edges {\n        node {\n          id\n          name\n        }\n      }\n    }\n  }\n": typeof types.WorkspacesDocument,
};
const documents: Documents = {
    "\n  query UnseenAlerts($where: AlertWhereInput!) {\n    alerts(first: 10, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          id\n          createdAt\n        }\n      }\n    }\n  }\n": types.UnseenAlertsDocument,
    "\n  fragment Attempted on AlertAttempt {\n    number\n    at\n    tookMs\n    status\n    answer\n    failure\n  }\n": types.AttemptedFragmentDoc,
    "\n  fragment Delivered on AlertDelivery {\n    id\n    state\n    nextAttemptAt\n    channel {\n      id\n      name\n    }\n    attempts {\n      ...Attempted\n    }\n  }\n": types.DeliveredFragmentDoc,
    "\n  mutation ReplayAlert($workspaceId: ID!, $deliveryId: ID!) {\n    replayAlert(workspaceId: $workspaceId, deliveryId: $deliveryId) {\n      ...Delivered\n    }\n  }\n": types.ReplayAlertDocument,
    "\n  fragment AlertRow on Alert {\n    id\n    createdAt\n    clientId\n    event\n    title(language: $language)\n    text(language: $language)\n    facts\n    deliveries @include(if: $manages) {\n      ...Delivered\n    }\n  }\n": types.AlertRowFragmentDoc,
    "\n  query Alerts($where: AlertWhereInput!, $first: Int!, $after: Cursor, $language: String!, $manages: Boolean!) {\n    alerts(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...AlertRow\n        }\n      }\n    }\n  }\n": types.AlertsDocument,
    "\n  query Who($id: ID!, $some: Boolean!) {\n    viewer {\n      role\n      workspaceId\n    }\n    workspace(id: $id) @include(if: $some) {\n      id\n      name\n      currency\n      timeZone\n      budget {\n        version\n      }\n    }\n    workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) @skip(if: $some) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": types.WhoDocument,
    "\n  query Viewer {\n    viewer {\n      role\n    }\n  }\n": types.ViewerDocument,
    "\n  fragment CustomerBudget on Customer {\n    clientId\n    name\n    budget {\n      ...BudgetStanding\n      ...BudgetTerms\n    }\n  }\n": types.CustomerBudgetFragmentDoc,
    "\n  query BudgetOfClient($workspaceId: ID!, $clientId: ID!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          budget {\n            ...BudgetTerms\n          }\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: { lastDays: 1 }, filter: { clientIds: [$clientId] }) {\n      monthlyComparison {\n        currentMonth\n      }\n    }\n  }\n": types.BudgetOfClientDocument,
    "\n  mutation SetCustomerBudget($workspaceId: ID!, $clientId: ID!, $input: BudgetInput!) {\n    setCustomerBudget(workspaceId: $workspaceId, clientId: $clientId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n": types.SetCustomerBudgetDocument,
    "\n  mutation RemoveCustomerBudget($workspaceId: ID!, $clientId: ID!) {\n    removeCustomerBudget(workspaceId: $workspaceId, clientId: $clientId)\n  }\n": types.RemoveCustomerBudgetDocument,
    "\n  query OneClient($workspaceId: ID!, $clientId: ID!, $range: DateRange!, $before: DateRange!, $filter: UsageFilter, $everybody: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          ...CustomerCard\n          ...CustomerBudget\n        }\n      }\n    }\n    latest: usages(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          createdAt\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...ClientFigures\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    everybody: stats(workspaceId: $workspaceId, range: $range, filter: $everybody) {\n      ...EverybodysCost\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n    }\n    workspace(id: $workspaceId) {\n      ...MessagePrice\n    }\n  }\n": types.OneClientDocument,
    "\n  fragment CustomerCard on Customer {\n    name\n    phone\n    email\n    activeChatbot\n    createdAt\n  }\n": types.CustomerCardFragmentDoc,
    "\n  fragment ClientFigures on UsageStats {\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n  }\n": types.ClientFiguresFragmentDoc,
    "\n  fragment EverybodysCost on UsageStats {\n    totalCost\n  }\n": types.EverybodysCostFragmentDoc,
    "\n  fragment UsageRow on Usage {\n    id\n    createdAt\n    kind\n    model\n    inputTokens\n    outputTokens\n    price\n    voidedAt\n    voidReason\n  }\n": types.UsageRowFragmentDoc,
    "\n  query ClientUsages($where: UsageWhereInput!, $first: Int!, $after: Cursor) {\n    usages(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...UsageRow\n        }\n      }\n    }\n  }\n": types.ClientUsagesDocument,
    "\n  mutation VoidUsage($workspaceId: ID!, $id: ID!, $reason: String) {\n    voidUsage(workspaceId: $workspaceId, id: $id, reason: $reason) {\n      voided\n      usage {\n        ...UsageRow\n      }\n    }\n  }\n": types.VoidUsageDocument,
    "\n  query ExportedClients($where: CustomerWhereInput!) {\n    customers(first: 20, where: $where) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n  }\n": types.ExportedClientsDocument,
    "\n  subscription UsageChanged($workspaceId: ID!) {\n    usageChanged(workspaceId: $workspaceId) {\n      todayCost\n      todayMessages\n      monthCost\n      monthMessages\n      lastUsage {\n        id\n        clientId\n        price\n        createdAt\n      }\n    }\n  }\n": types.UsageChangedDocument,
    "\n  query Poll($workspaceId: ID!) {\n    today: stats(workspaceId: $workspaceId, range: { lastDays: 1 }) {\n      totalCost\n      totalMessages\n      monthlyUsage(months: 1) {\n        cost\n        messages\n      }\n    }\n  }\n": types.PollDocument,
    "\n  fragment BudgetStanding on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    spent\n    remaining\n    percent\n    projected\n    exhaustedOn\n  }\n": types.BudgetStandingFragmentDoc,
    "\n  fragment MessagePrice on Workspace {\n    prices {\n      kind\n      price\n    }\n  }\n": types.MessagePriceFragmentDoc,
    "\n  fragment WorkspaceBudget on Workspace {\n    ...MessagePrice\n    budget {\n      ...BudgetStanding\n    }\n    month: stats(range: { lastDays: 1 }) @include(if: $budgeted) {\n      outlook: forecast(days: 1) {\n        monthEnd {\n          expected\n          low80\n          high80\n        }\n      }\n    }\n  }\n": types.WorkspaceBudgetFragmentDoc,
    "\n  fragment CardsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    peakHours {\n      cost\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n    monthlyComparison {\n      currentMonth\n      growth\n      previousMonth\n      previousMonthToDate\n      growthToDate\n    }\n    outlook: forecast(days: 1) {\n      monthEnd {\n        expected\n      }\n    }\n    lately: monthlyUsage(months: 6) {\n      cost\n    }\n  }\n": types.CardsWidgetFragmentDoc,
    "\n  fragment ClientsWidget on UsageStats {\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      clientPhone\n      messages\n      cost\n      share\n    }\n  }\n": types.ClientsWidgetFragmentDoc,
    "\n  fragment DailyWidget on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n": types.DailyWidgetFragmentDoc,
    "\n  fragment DailyBefore on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n": types.DailyBeforeFragmentDoc,
    "\n  fragment DailyForecast on UsageStats {\n    forecast(days: $ahead) @include(if: $coming) {\n      method\n      daily {\n        date\n        expected\n        low80\n        high80\n      }\n    }\n  }\n": types.DailyForecastFragmentDoc,
    "\n  fragment DailyAnomalies on UsageStats {\n    anomalies {\n      date\n      hour\n      direction\n      actual\n      low\n      high\n      clients {\n        clientId\n        clientName\n        difference\n      }\n      kinds {\n        label\n        difference\n      }\n      models {\n        label\n        difference\n      }\n    }\n  }\n": types.DailyAnomaliesFragmentDoc,
    "\n  fragment HeatmapWidget on UsageStats {\n    totalMessages\n    heatmap {\n      weekday\n      hour\n      messages\n      cost\n    }\n  }\n": types.HeatmapWidgetFragmentDoc,
    "\n  fragment HoursWidget on UsageStats {\n    totalMessages\n    peakHour {\n      hour\n      messages\n    }\n    peakHours {\n      hour\n      messages\n      cost\n    }\n  }\n": types.HoursWidgetFragmentDoc,
    "\n  fragment InsightsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyMessages\n    dailyUsage {\n      date\n      messages\n    }\n    peakHour {\n      hour\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n": types.InsightsWidgetFragmentDoc,
    "\n  fragment InsightsBefore on UsageStats {\n    totalCost\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n": types.InsightsBeforeFragmentDoc,
    "\n  fragment KindsWidget on UsageStats {\n    totalCost\n    byKind {\n      label\n      messages\n      cost\n    }\n  }\n": types.KindsWidgetFragmentDoc,
    "\n  fragment ModelsWidget on UsageStats {\n    totalCost\n    byModel {\n      label\n      messages\n      cost\n    }\n  }\n": types.ModelsWidgetFragmentDoc,
    "\n  fragment MonthsWidget on UsageStats {\n    monthlyUsage(months: 13) {\n      month\n      messages\n      cost\n      growth\n    }\n  }\n": types.MonthsWidgetFragmentDoc,
    "\n  fragment NothingNotice on UsageStats {\n    startDate\n    endDate\n    totalMessages\n  }\n": types.NothingNoticeFragmentDoc,
    "\n  query Overview($workspaceId: ID!, $range: DateRange, $before: DateRange, $filter: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!, $budgeted: Boolean!) {\n    ...EverCounted\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...NothingNotice\n      ...CardsWidget\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...HeatmapWidget\n      ...ClientsWidget\n      ...SegmentsWidget\n      ...InsightsWidget\n      ...MonthsWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n      ...InsightsBefore\n    }\n    workspace(id: $workspaceId) {\n      ...WorkspaceBudget\n    }\n  }\n": types.OverviewDocument,
    "\n  fragment EverCounted on Query {\n    usages(first: 1, where: { workspaceId: $workspaceId }) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": types.EverCountedFragmentDoc,
    "\n  fragment SegmentsWidget on UsageStats {\n    segments {\n      share\n      clients\n      cost\n    }\n  }\n": types.SegmentsWidgetFragmentDoc,
    "\n  query First($workspaceId: ID!, $manages: Boolean!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, activeChatbot: true }) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n    apiKeys(workspaceId: $workspaceId) @include(if: $manages) {\n      name\n      role\n      revokedAt\n      expiresAt\n    }\n  }\n": types.FirstDocument,
    "\n  query AlertSettings($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n": types.AlertSettingsDocument,
    "\n  query BudgetOfSettings($id: ID!) {\n    workspace(id: $id) {\n      budget {\n        ...BudgetTerms\n      }\n      stats(range: { lastDays: 1 }) {\n        monthlyComparison {\n          currentMonth\n        }\n      }\n    }\n  }\n": types.BudgetOfSettingsDocument,
    "\n  mutation SetBudget($workspaceId: ID!, $input: BudgetInput!) {\n    setBudget(workspaceId: $workspaceId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n": types.SetBudgetDocument,
    "\n  mutation RemoveBudget($workspaceId: ID!) {\n    removeBudget(workspaceId: $workspaceId)\n  }\n": types.RemoveBudgetDocument,
    "\n  mutation CreateAlertChannel($workspaceId: ID!, $input: CreateAlertChannelInput!) {\n    createAlertChannel(workspaceId: $workspaceId, input: $input) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n": types.CreateAlertChannelDocument,
    "\n  mutation TestAlertChannel($workspaceId: ID!, $id: ID!) {\n    testAlertChannel(workspaceId: $workspaceId, id: $id) {\n      state\n      attempts {\n        ...Attempted\n      }\n      channel {\n        ...ChannelOfList\n      }\n    }\n  }\n": types.TestAlertChannelDocument,
    "\n  mutation RotateAlertChannelSecret($workspaceId: ID!, $id: ID!, $overlapHours: Int!) {\n    rotateAlertChannelSecret(workspaceId: $workspaceId, id: $id, overlapHours: $overlapHours) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n": types.RotateAlertChannelSecretDocument,
    "\n  mutation RemoveAlertChannel($workspaceId: ID!, $id: ID!) {\n    removeAlertChannel(workspaceId: $workspaceId, id: $id)\n  }\n": types.RemoveAlertChannelDocument,
    "\n  query DeliveriesOfChannels($workspaceId: ID!, $first: Int!, $language: String!) {\n    alertChannels(workspaceId: $workspaceId) {\n      id\n      deliveries(first: $first) {\n        ...Delivered\n        alert {\n          createdAt\n          title(language: $language)\n        }\n      }\n    }\n  }\n": types.DeliveriesOfChannelsDocument,
    "\n  fragment ChannelOfList on AlertChannel {\n    id\n    kind\n    name\n    target\n    events\n    failingSince\n    disabledAt\n    disabledReason\n    version\n  }\n": types.ChannelOfListFragmentDoc,
    "\n  query AlertChannels($workspaceId: ID!) {\n    alertChannels(workspaceId: $workspaceId) {\n      ...ChannelOfList\n    }\n  }\n": types.AlertChannelsDocument,
    "\n  mutation UpdateAlertChannel($workspaceId: ID!, $id: ID!, $input: UpdateAlertChannelInput!) {\n    updateAlertChannel(workspaceId: $workspaceId, id: $id, input: $input) {\n      ...ChannelOfList\n    }\n  }\n": types.UpdateAlertChannelDocument,
    "\n  mutation UpsertCustomer($workspaceId: ID!, $input: CustomerInput!) {\n    upsertCustomer(workspaceId: $workspaceId, input: $input) {\n      ...CustomerOfList\n    }\n  }\n": types.UpsertCustomerDocument,
    "\n  query KnownCustomer($where: CustomerWhereInput!) {\n    customers(first: 1, where: $where) {\n      edges {\n        node {\n          clientId\n        }\n      }\n    }\n  }\n": types.KnownCustomerDocument,
    "\n  fragment CustomerOfList on Customer {\n    clientId\n    name\n    phone\n    email\n    activeChatbot\n  }\n": types.CustomerOfListFragmentDoc,
    "\n  query Customers($where: CustomerWhereInput!, $after: Cursor) {\n    customers(first: 50, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          ...CustomerOfList\n        }\n      }\n    }\n  }\n": types.CustomersDocument,
    "\n  mutation EraseCustomer($workspaceId: ID!, $clientId: ID!) {\n    eraseCustomer(workspaceId: $workspaceId, clientId: $clientId) {\n      ...CustomerOfList\n    }\n  }\n": types.EraseCustomerDocument,
    "\n  fragment KeyOfList on ApiKey {\n    id\n    name\n    role\n    workspaceId\n    createdAt\n    expiresAt\n    revokedAt\n  }\n": types.KeyOfListFragmentDoc,
    "\n  query Keys($workspaceId: ID) {\n    viewer {\n      name\n      role\n      workspaceId\n      expiresAt\n    }\n    apiKeys(workspaceId: $workspaceId) {\n      ...KeyOfList\n    }\n  }\n": types.KeysDocument,
    "\n  mutation RevokeKey($id: ID!) {\n    revokeApiKey(id: $id)\n  }\n": types.RevokeKeyDocument,
    "\n  mutation CreateKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      secret\n    }\n  }\n": types.CreateKeyDocument,
    "\n  mutation CreateWorkspace($input: CreateWorkspaceInput!) {\n    createWorkspace(input: $input) {\n      id\n    }\n  }\n": types.CreateWorkspaceDocument,
    "\n  fragment WorkspaceSettings on Workspace {\n    id\n    name\n    currency\n    timeZone\n    language\n    reportHour\n    prices {\n      kind\n      price\n    }\n  }\n": types.WorkspaceSettingsFragmentDoc,
    "\n  mutation UpdateWorkspace($id: ID!, $input: UpdateWorkspaceInput!) {\n    updateWorkspace(id: $id, input: $input) {\n      ...WorkspaceSettings\n    }\n  }\n": types.UpdateWorkspaceDocument,
    "\n  fragment BudgetTerms on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    version\n  }\n": types.BudgetTermsFragmentDoc,
    "\n  query SettingsOfWorkspace($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n": types.SettingsOfWorkspaceDocument,
    "\n  query FoundClients($where: CustomerWhereInput!) {\n    customers(first: 30, where: $where, orderBy: [{ field: CLIENT_ID, direction: ASC }]) {\n      edges {\n        node {\n          clientId\n          name\n          phone\n        }\n      }\n    }\n  }\n": types.FoundClientsDocument,
    "\n  query Labels($workspaceId: ID!) {\n    stats(workspaceId: $workspaceId, range: { lastDays: 3660 }) {\n      byKind {\n        label\n      }\n      byModel {\n        label\n      }\n    }\n  }\n": types.LabelsDocument,
    "\n  query Workspaces($where: WorkspaceWhereInput) {\n    workspaces(first: 50, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {\n      edges {\n        node {\n          id\n          name\n        }\n      }\n    }\n  }\n": types.WorkspacesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UnseenAlerts($where: AlertWhereInput!) {\n    alerts(first: 10, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          id\n          createdAt\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query UnseenAlerts($where: AlertWhereInput!) {\n    alerts(first: 10, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          id\n          createdAt\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Attempted on AlertAttempt {\n    number\n    at\n    tookMs\n    status\n    answer\n    failure\n  }\n"): (typeof documents)["\n  fragment Attempted on AlertAttempt {\n    number\n    at\n    tookMs\n    status\n    answer\n    failure\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Delivered on AlertDelivery {\n    id\n    state\n    nextAttemptAt\n    channel {\n      id\n      name\n    }\n    attempts {\n      ...Attempted\n    }\n  }\n"): (typeof documents)["\n  fragment Delivered on AlertDelivery {\n    id\n    state\n    nextAttemptAt\n    channel {\n      id\n      name\n    }\n    attempts {\n      ...Attempted\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplayAlert($workspaceId: ID!, $deliveryId: ID!) {\n    replayAlert(workspaceId: $workspaceId, deliveryId: $deliveryId) {\n      ...Delivered\n    }\n  }\n"): (typeof documents)["\n  mutation ReplayAlert($workspaceId: ID!, $deliveryId: ID!) {\n    replayAlert(workspaceId: $workspaceId, deliveryId: $deliveryId) {\n      ...Delivered\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment AlertRow on Alert {\n    id\n    createdAt\n    clientId\n    event\n    title(language: $language)\n    text(language: $language)\n    facts\n    deliveries @include(if: $manages) {\n      ...Delivered\n    }\n  }\n"): (typeof documents)["\n  fragment AlertRow on Alert {\n    id\n    createdAt\n    clientId\n    event\n    title(language: $language)\n    text(language: $language)\n    facts\n    deliveries @include(if: $manages) {\n      ...Delivered\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Alerts($where: AlertWhereInput!, $first: Int!, $after: Cursor, $language: String!, $manages: Boolean!) {\n    alerts(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...AlertRow\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Alerts($where: AlertWhereInput!, $first: Int!, $after: Cursor, $language: String!, $manages: Boolean!) {\n    alerts(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...AlertRow\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Who($id: ID!, $some: Boolean!) {\n    viewer {\n      role\n      workspaceId\n    }\n    workspace(id: $id) @include(if: $some) {\n      id\n      name\n      currency\n      timeZone\n      budget {\n        version\n      }\n    }\n    workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) @skip(if: $some) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Who($id: ID!, $some: Boolean!) {\n    viewer {\n      role\n      workspaceId\n    }\n    workspace(id: $id) @include(if: $some) {\n      id\n      name\n      currency\n      timeZone\n      budget {\n        version\n      }\n    }\n    workspaces(first: 1, orderBy: [{ field: NAME, direction: ASC }]) @skip(if: $some) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      role\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      role\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CustomerBudget on Customer {\n    clientId\n    name\n    budget {\n      ...BudgetStanding\n      ...BudgetTerms\n    }\n  }\n"): (typeof documents)["\n  fragment CustomerBudget on Customer {\n    clientId\n    name\n    budget {\n      ...BudgetStanding\n      ...BudgetTerms\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BudgetOfClient($workspaceId: ID!, $clientId: ID!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          budget {\n            ...BudgetTerms\n          }\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: { lastDays: 1 }, filter: { clientIds: [$clientId] }) {\n      monthlyComparison {\n        currentMonth\n      }\n    }\n  }\n"): (typeof documents)["\n  query BudgetOfClient($workspaceId: ID!, $clientId: ID!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          budget {\n            ...BudgetTerms\n          }\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: { lastDays: 1 }, filter: { clientIds: [$clientId] }) {\n      monthlyComparison {\n        currentMonth\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetCustomerBudget($workspaceId: ID!, $clientId: ID!, $input: BudgetInput!) {\n    setCustomerBudget(workspaceId: $workspaceId, clientId: $clientId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n"): (typeof documents)["\n  mutation SetCustomerBudget($workspaceId: ID!, $clientId: ID!, $input: BudgetInput!) {\n    setCustomerBudget(workspaceId: $workspaceId, clientId: $clientId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveCustomerBudget($workspaceId: ID!, $clientId: ID!) {\n    removeCustomerBudget(workspaceId: $workspaceId, clientId: $clientId)\n  }\n"): (typeof documents)["\n  mutation RemoveCustomerBudget($workspaceId: ID!, $clientId: ID!) {\n    removeCustomerBudget(workspaceId: $workspaceId, clientId: $clientId)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OneClient($workspaceId: ID!, $clientId: ID!, $range: DateRange!, $before: DateRange!, $filter: UsageFilter, $everybody: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          ...CustomerCard\n          ...CustomerBudget\n        }\n      }\n    }\n    latest: usages(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          createdAt\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...ClientFigures\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    everybody: stats(workspaceId: $workspaceId, range: $range, filter: $everybody) {\n      ...EverybodysCost\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n    }\n    workspace(id: $workspaceId) {\n      ...MessagePrice\n    }\n  }\n"): (typeof documents)["\n  query OneClient($workspaceId: ID!, $clientId: ID!, $range: DateRange!, $before: DateRange!, $filter: UsageFilter, $everybody: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }) {\n      edges {\n        node {\n          ...CustomerCard\n          ...CustomerBudget\n        }\n      }\n    }\n    latest: usages(first: 1, where: { workspaceId: $workspaceId, clientId: $clientId }, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        node {\n          createdAt\n        }\n      }\n    }\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...ClientFigures\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    everybody: stats(workspaceId: $workspaceId, range: $range, filter: $everybody) {\n      ...EverybodysCost\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n    }\n    workspace(id: $workspaceId) {\n      ...MessagePrice\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CustomerCard on Customer {\n    name\n    phone\n    email\n    activeChatbot\n    createdAt\n  }\n"): (typeof documents)["\n  fragment CustomerCard on Customer {\n    name\n    phone\n    email\n    activeChatbot\n    createdAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ClientFigures on UsageStats {\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n  }\n"): (typeof documents)["\n  fragment ClientFigures on UsageStats {\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EverybodysCost on UsageStats {\n    totalCost\n  }\n"): (typeof documents)["\n  fragment EverybodysCost on UsageStats {\n    totalCost\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment UsageRow on Usage {\n    id\n    createdAt\n    kind\n    model\n    inputTokens\n    outputTokens\n    price\n    voidedAt\n    voidReason\n  }\n"): (typeof documents)["\n  fragment UsageRow on Usage {\n    id\n    createdAt\n    kind\n    model\n    inputTokens\n    outputTokens\n    price\n    voidedAt\n    voidReason\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ClientUsages($where: UsageWhereInput!, $first: Int!, $after: Cursor) {\n    usages(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...UsageRow\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ClientUsages($where: UsageWhereInput!, $first: Int!, $after: Cursor) {\n    usages(first: $first, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      edges {\n        cursor\n        node {\n          ...UsageRow\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation VoidUsage($workspaceId: ID!, $id: ID!, $reason: String) {\n    voidUsage(workspaceId: $workspaceId, id: $id, reason: $reason) {\n      voided\n      usage {\n        ...UsageRow\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation VoidUsage($workspaceId: ID!, $id: ID!, $reason: String) {\n    voidUsage(workspaceId: $workspaceId, id: $id, reason: $reason) {\n      voided\n      usage {\n        ...UsageRow\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExportedClients($where: CustomerWhereInput!) {\n    customers(first: 20, where: $where) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ExportedClients($where: CustomerWhereInput!) {\n    customers(first: 20, where: $where) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription UsageChanged($workspaceId: ID!) {\n    usageChanged(workspaceId: $workspaceId) {\n      todayCost\n      todayMessages\n      monthCost\n      monthMessages\n      lastUsage {\n        id\n        clientId\n        price\n        createdAt\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription UsageChanged($workspaceId: ID!) {\n    usageChanged(workspaceId: $workspaceId) {\n      todayCost\n      todayMessages\n      monthCost\n      monthMessages\n      lastUsage {\n        id\n        clientId\n        price\n        createdAt\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Poll($workspaceId: ID!) {\n    today: stats(workspaceId: $workspaceId, range: { lastDays: 1 }) {\n      totalCost\n      totalMessages\n      monthlyUsage(months: 1) {\n        cost\n        messages\n      }\n    }\n  }\n"): (typeof documents)["\n  query Poll($workspaceId: ID!) {\n    today: stats(workspaceId: $workspaceId, range: { lastDays: 1 }) {\n      totalCost\n      totalMessages\n      monthlyUsage(months: 1) {\n        cost\n        messages\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment BudgetStanding on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    spent\n    remaining\n    percent\n    projected\n    exhaustedOn\n  }\n"): (typeof documents)["\n  fragment BudgetStanding on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    spent\n    remaining\n    percent\n    projected\n    exhaustedOn\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MessagePrice on Workspace {\n    prices {\n      kind\n      price\n    }\n  }\n"): (typeof documents)["\n  fragment MessagePrice on Workspace {\n    prices {\n      kind\n      price\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment WorkspaceBudget on Workspace {\n    ...MessagePrice\n    budget {\n      ...BudgetStanding\n    }\n    month: stats(range: { lastDays: 1 }) @include(if: $budgeted) {\n      outlook: forecast(days: 1) {\n        monthEnd {\n          expected\n          low80\n          high80\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment WorkspaceBudget on Workspace {\n    ...MessagePrice\n    budget {\n      ...BudgetStanding\n    }\n    month: stats(range: { lastDays: 1 }) @include(if: $budgeted) {\n      outlook: forecast(days: 1) {\n        monthEnd {\n          expected\n          low80\n          high80\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CardsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    peakHours {\n      cost\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n    monthlyComparison {\n      currentMonth\n      growth\n      previousMonth\n      previousMonthToDate\n      growthToDate\n    }\n    outlook: forecast(days: 1) {\n      monthEnd {\n        expected\n      }\n    }\n    lately: monthlyUsage(months: 6) {\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment CardsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyCost\n    averageDailyMessages\n    dailyUsage {\n      cost\n      messages\n    }\n    peakHours {\n      cost\n      messages\n    }\n    previousPeriod @include(if: $compare) {\n      totalCost\n      totalMessages\n    }\n    monthlyComparison {\n      currentMonth\n      growth\n      previousMonth\n      previousMonthToDate\n      growthToDate\n    }\n    outlook: forecast(days: 1) {\n      monthEnd {\n        expected\n      }\n    }\n    lately: monthlyUsage(months: 6) {\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ClientsWidget on UsageStats {\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      clientPhone\n      messages\n      cost\n      share\n    }\n  }\n"): (typeof documents)["\n  fragment ClientsWidget on UsageStats {\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      clientPhone\n      messages\n      cost\n      share\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DailyWidget on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment DailyWidget on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DailyBefore on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment DailyBefore on UsageStats {\n    totalCost\n    totalMessages\n    dailyUsage {\n      date\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DailyForecast on UsageStats {\n    forecast(days: $ahead) @include(if: $coming) {\n      method\n      daily {\n        date\n        expected\n        low80\n        high80\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment DailyForecast on UsageStats {\n    forecast(days: $ahead) @include(if: $coming) {\n      method\n      daily {\n        date\n        expected\n        low80\n        high80\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DailyAnomalies on UsageStats {\n    anomalies {\n      date\n      hour\n      direction\n      actual\n      low\n      high\n      clients {\n        clientId\n        clientName\n        difference\n      }\n      kinds {\n        label\n        difference\n      }\n      models {\n        label\n        difference\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment DailyAnomalies on UsageStats {\n    anomalies {\n      date\n      hour\n      direction\n      actual\n      low\n      high\n      clients {\n        clientId\n        clientName\n        difference\n      }\n      kinds {\n        label\n        difference\n      }\n      models {\n        label\n        difference\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment HeatmapWidget on UsageStats {\n    totalMessages\n    heatmap {\n      weekday\n      hour\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment HeatmapWidget on UsageStats {\n    totalMessages\n    heatmap {\n      weekday\n      hour\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment HoursWidget on UsageStats {\n    totalMessages\n    peakHour {\n      hour\n      messages\n    }\n    peakHours {\n      hour\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment HoursWidget on UsageStats {\n    totalMessages\n    peakHour {\n      hour\n      messages\n    }\n    peakHours {\n      hour\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment InsightsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyMessages\n    dailyUsage {\n      date\n      messages\n    }\n    peakHour {\n      hour\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment InsightsWidget on UsageStats {\n    days\n    totalCost\n    totalMessages\n    averageDailyMessages\n    dailyUsage {\n      date\n      messages\n    }\n    peakHour {\n      hour\n      messages\n    }\n    busiestDay {\n      date\n      messages\n    }\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment InsightsBefore on UsageStats {\n    totalCost\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment InsightsBefore on UsageStats {\n    totalCost\n    clients: topClients(first: 50) {\n      clientId\n      clientName\n      cost\n      share\n    }\n    byKind {\n      label\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment KindsWidget on UsageStats {\n    totalCost\n    byKind {\n      label\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment KindsWidget on UsageStats {\n    totalCost\n    byKind {\n      label\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ModelsWidget on UsageStats {\n    totalCost\n    byModel {\n      label\n      messages\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment ModelsWidget on UsageStats {\n    totalCost\n    byModel {\n      label\n      messages\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MonthsWidget on UsageStats {\n    monthlyUsage(months: 13) {\n      month\n      messages\n      cost\n      growth\n    }\n  }\n"): (typeof documents)["\n  fragment MonthsWidget on UsageStats {\n    monthlyUsage(months: 13) {\n      month\n      messages\n      cost\n      growth\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment NothingNotice on UsageStats {\n    startDate\n    endDate\n    totalMessages\n  }\n"): (typeof documents)["\n  fragment NothingNotice on UsageStats {\n    startDate\n    endDate\n    totalMessages\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Overview($workspaceId: ID!, $range: DateRange, $before: DateRange, $filter: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!, $budgeted: Boolean!) {\n    ...EverCounted\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...NothingNotice\n      ...CardsWidget\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...HeatmapWidget\n      ...ClientsWidget\n      ...SegmentsWidget\n      ...InsightsWidget\n      ...MonthsWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n      ...InsightsBefore\n    }\n    workspace(id: $workspaceId) {\n      ...WorkspaceBudget\n    }\n  }\n"): (typeof documents)["\n  query Overview($workspaceId: ID!, $range: DateRange, $before: DateRange, $filter: UsageFilter, $compare: Boolean!, $coming: Boolean!, $ahead: Int!, $budgeted: Boolean!) {\n    ...EverCounted\n    stats(workspaceId: $workspaceId, range: $range, filter: $filter) {\n      ...NothingNotice\n      ...CardsWidget\n      ...DailyWidget\n      ...DailyForecast\n      ...DailyAnomalies\n      ...HoursWidget\n      ...HeatmapWidget\n      ...ClientsWidget\n      ...SegmentsWidget\n      ...InsightsWidget\n      ...MonthsWidget\n      ...KindsWidget\n      ...ModelsWidget\n    }\n    before: stats(workspaceId: $workspaceId, range: $before, filter: $filter) @include(if: $compare) {\n      ...DailyBefore\n      ...InsightsBefore\n    }\n    workspace(id: $workspaceId) {\n      ...WorkspaceBudget\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment EverCounted on Query {\n    usages(first: 1, where: { workspaceId: $workspaceId }) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  fragment EverCounted on Query {\n    usages(first: 1, where: { workspaceId: $workspaceId }) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment SegmentsWidget on UsageStats {\n    segments {\n      share\n      clients\n      cost\n    }\n  }\n"): (typeof documents)["\n  fragment SegmentsWidget on UsageStats {\n    segments {\n      share\n      clients\n      cost\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query First($workspaceId: ID!, $manages: Boolean!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, activeChatbot: true }) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n    apiKeys(workspaceId: $workspaceId) @include(if: $manages) {\n      name\n      role\n      revokedAt\n      expiresAt\n    }\n  }\n"): (typeof documents)["\n  query First($workspaceId: ID!, $manages: Boolean!) {\n    customers(first: 1, where: { workspaceId: $workspaceId, activeChatbot: true }) {\n      edges {\n        node {\n          clientId\n          name\n        }\n      }\n    }\n    apiKeys(workspaceId: $workspaceId) @include(if: $manages) {\n      name\n      role\n      revokedAt\n      expiresAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertSettings($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n"): (typeof documents)["\n  query AlertSettings($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BudgetOfSettings($id: ID!) {\n    workspace(id: $id) {\n      budget {\n        ...BudgetTerms\n      }\n      stats(range: { lastDays: 1 }) {\n        monthlyComparison {\n          currentMonth\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query BudgetOfSettings($id: ID!) {\n    workspace(id: $id) {\n      budget {\n        ...BudgetTerms\n      }\n      stats(range: { lastDays: 1 }) {\n        monthlyComparison {\n          currentMonth\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetBudget($workspaceId: ID!, $input: BudgetInput!) {\n    setBudget(workspaceId: $workspaceId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n"): (typeof documents)["\n  mutation SetBudget($workspaceId: ID!, $input: BudgetInput!) {\n    setBudget(workspaceId: $workspaceId, input: $input) {\n      ...BudgetTerms\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveBudget($workspaceId: ID!) {\n    removeBudget(workspaceId: $workspaceId)\n  }\n"): (typeof documents)["\n  mutation RemoveBudget($workspaceId: ID!) {\n    removeBudget(workspaceId: $workspaceId)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateAlertChannel($workspaceId: ID!, $input: CreateAlertChannelInput!) {\n    createAlertChannel(workspaceId: $workspaceId, input: $input) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n"): (typeof documents)["\n  mutation CreateAlertChannel($workspaceId: ID!, $input: CreateAlertChannelInput!) {\n    createAlertChannel(workspaceId: $workspaceId, input: $input) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TestAlertChannel($workspaceId: ID!, $id: ID!) {\n    testAlertChannel(workspaceId: $workspaceId, id: $id) {\n      state\n      attempts {\n        ...Attempted\n      }\n      channel {\n        ...ChannelOfList\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation TestAlertChannel($workspaceId: ID!, $id: ID!) {\n    testAlertChannel(workspaceId: $workspaceId, id: $id) {\n      state\n      attempts {\n        ...Attempted\n      }\n      channel {\n        ...ChannelOfList\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateAlertChannelSecret($workspaceId: ID!, $id: ID!, $overlapHours: Int!) {\n    rotateAlertChannelSecret(workspaceId: $workspaceId, id: $id, overlapHours: $overlapHours) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n"): (typeof documents)["\n  mutation RotateAlertChannelSecret($workspaceId: ID!, $id: ID!, $overlapHours: Int!) {\n    rotateAlertChannelSecret(workspaceId: $workspaceId, id: $id, overlapHours: $overlapHours) {\n      channel {\n        ...ChannelOfList\n      }\n      secret\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveAlertChannel($workspaceId: ID!, $id: ID!) {\n    removeAlertChannel(workspaceId: $workspaceId, id: $id)\n  }\n"): (typeof documents)["\n  mutation RemoveAlertChannel($workspaceId: ID!, $id: ID!) {\n    removeAlertChannel(workspaceId: $workspaceId, id: $id)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DeliveriesOfChannels($workspaceId: ID!, $first: Int!, $language: String!) {\n    alertChannels(workspaceId: $workspaceId) {\n      id\n      deliveries(first: $first) {\n        ...Delivered\n        alert {\n          createdAt\n          title(language: $language)\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DeliveriesOfChannels($workspaceId: ID!, $first: Int!, $language: String!) {\n    alertChannels(workspaceId: $workspaceId) {\n      id\n      deliveries(first: $first) {\n        ...Delivered\n        alert {\n          createdAt\n          title(language: $language)\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ChannelOfList on AlertChannel {\n    id\n    kind\n    name\n    target\n    events\n    failingSince\n    disabledAt\n    disabledReason\n    version\n  }\n"): (typeof documents)["\n  fragment ChannelOfList on AlertChannel {\n    id\n    kind\n    name\n    target\n    events\n    failingSince\n    disabledAt\n    disabledReason\n    version\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertChannels($workspaceId: ID!) {\n    alertChannels(workspaceId: $workspaceId) {\n      ...ChannelOfList\n    }\n  }\n"): (typeof documents)["\n  query AlertChannels($workspaceId: ID!) {\n    alertChannels(workspaceId: $workspaceId) {\n      ...ChannelOfList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateAlertChannel($workspaceId: ID!, $id: ID!, $input: UpdateAlertChannelInput!) {\n    updateAlertChannel(workspaceId: $workspaceId, id: $id, input: $input) {\n      ...ChannelOfList\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateAlertChannel($workspaceId: ID!, $id: ID!, $input: UpdateAlertChannelInput!) {\n    updateAlertChannel(workspaceId: $workspaceId, id: $id, input: $input) {\n      ...ChannelOfList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpsertCustomer($workspaceId: ID!, $input: CustomerInput!) {\n    upsertCustomer(workspaceId: $workspaceId, input: $input) {\n      ...CustomerOfList\n    }\n  }\n"): (typeof documents)["\n  mutation UpsertCustomer($workspaceId: ID!, $input: CustomerInput!) {\n    upsertCustomer(workspaceId: $workspaceId, input: $input) {\n      ...CustomerOfList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query KnownCustomer($where: CustomerWhereInput!) {\n    customers(first: 1, where: $where) {\n      edges {\n        node {\n          clientId\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query KnownCustomer($where: CustomerWhereInput!) {\n    customers(first: 1, where: $where) {\n      edges {\n        node {\n          clientId\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CustomerOfList on Customer {\n    clientId\n    name\n    phone\n    email\n    activeChatbot\n  }\n"): (typeof documents)["\n  fragment CustomerOfList on Customer {\n    clientId\n    name\n    phone\n    email\n    activeChatbot\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Customers($where: CustomerWhereInput!, $after: Cursor) {\n    customers(first: 50, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          ...CustomerOfList\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Customers($where: CustomerWhereInput!, $after: Cursor) {\n    customers(first: 50, after: $after, where: $where, orderBy: [{ field: CREATED_AT, direction: DESC }]) {\n      totalCount\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          ...CustomerOfList\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EraseCustomer($workspaceId: ID!, $clientId: ID!) {\n    eraseCustomer(workspaceId: $workspaceId, clientId: $clientId) {\n      ...CustomerOfList\n    }\n  }\n"): (typeof documents)["\n  mutation EraseCustomer($workspaceId: ID!, $clientId: ID!) {\n    eraseCustomer(workspaceId: $workspaceId, clientId: $clientId) {\n      ...CustomerOfList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment KeyOfList on ApiKey {\n    id\n    name\n    role\n    workspaceId\n    createdAt\n    expiresAt\n    revokedAt\n  }\n"): (typeof documents)["\n  fragment KeyOfList on ApiKey {\n    id\n    name\n    role\n    workspaceId\n    createdAt\n    expiresAt\n    revokedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Keys($workspaceId: ID) {\n    viewer {\n      name\n      role\n      workspaceId\n      expiresAt\n    }\n    apiKeys(workspaceId: $workspaceId) {\n      ...KeyOfList\n    }\n  }\n"): (typeof documents)["\n  query Keys($workspaceId: ID) {\n    viewer {\n      name\n      role\n      workspaceId\n      expiresAt\n    }\n    apiKeys(workspaceId: $workspaceId) {\n      ...KeyOfList\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeKey($id: ID!) {\n    revokeApiKey(id: $id)\n  }\n"): (typeof documents)["\n  mutation RevokeKey($id: ID!) {\n    revokeApiKey(id: $id)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      secret\n    }\n  }\n"): (typeof documents)["\n  mutation CreateKey($input: CreateApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      secret\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWorkspace($input: CreateWorkspaceInput!) {\n    createWorkspace(input: $input) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation CreateWorkspace($input: CreateWorkspaceInput!) {\n    createWorkspace(input: $input) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment WorkspaceSettings on Workspace {\n    id\n    name\n    currency\n    timeZone\n    language\n    reportHour\n    prices {\n      kind\n      price\n    }\n  }\n"): (typeof documents)["\n  fragment WorkspaceSettings on Workspace {\n    id\n    name\n    currency\n    timeZone\n    language\n    reportHour\n    prices {\n      kind\n      price\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateWorkspace($id: ID!, $input: UpdateWorkspaceInput!) {\n    updateWorkspace(id: $id, input: $input) {\n      ...WorkspaceSettings\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateWorkspace($id: ID!, $input: UpdateWorkspaceInput!) {\n    updateWorkspace(id: $id, input: $input) {\n      ...WorkspaceSettings\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment BudgetTerms on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    version\n  }\n"): (typeof documents)["\n  fragment BudgetTerms on Budget {\n    monthlyLimit\n    thresholds\n    enforcement\n    version\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SettingsOfWorkspace($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n"): (typeof documents)["\n  query SettingsOfWorkspace($id: ID!) {\n    workspace(id: $id) {\n      ...WorkspaceSettings\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FoundClients($where: CustomerWhereInput!) {\n    customers(first: 30, where: $where, orderBy: [{ field: CLIENT_ID, direction: ASC }]) {\n      edges {\n        node {\n          clientId\n          name\n          phone\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query FoundClients($where: CustomerWhereInput!) {\n    customers(first: 30, where: $where, orderBy: [{ field: CLIENT_ID, direction: ASC }]) {\n      edges {\n        node {\n          clientId\n          name\n          phone\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Labels($workspaceId: ID!) {\n    stats(workspaceId: $workspaceId, range: { lastDays: 3660 }) {\n      byKind {\n        label\n      }\n      byModel {\n        label\n      }\n    }\n  }\n"): (typeof documents)["\n  query Labels($workspaceId: ID!) {\n    stats(workspaceId: $workspaceId, range: { lastDays: 3660 }) {\n      byKind {\n        label\n      }\n      byModel {\n        label\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Workspaces($where: WorkspaceWhereInput) {\n    workspaces(first: 50, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {\n      edges {\n        node {\n          id\n          name\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Workspaces($where: WorkspaceWhereInput) {\n    workspaces(first: 50, where: $where, orderBy: [{ field: NAME, direction: ASC }]) {\n      edges {\n        node {\n          id\n          name\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;