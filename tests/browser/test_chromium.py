"""The browser the other browser tests stand on."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TABLET, watch


def test_a_page_is_drawn_and_scripts_run_at_tablet_size(page: Page) -> None:
    page.set_content("<title>Prøve</title><main><p>hei</p><script>document.title += ' ok'</script></main>")
    expect(page).to_have_title("Prøve ok")
    assert page.viewport_size == {"width": TABLET[0], "height": TABLET[1]}


def test_script_errors_and_breaches_of_the_policy_are_noted(browser: Browser) -> None:
    context = browser.new_context()
    faults: list[str] = []
    watch(context, faults)
    page = context.new_page()
    with context.expect_event("weberror"):
        page.set_content("<script>throw new Error('med vilje')</script>")
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
    with context.expect_event("console"):
        page.set_content(f"<head>{policy}</head><p style='color: red'>raudt</p>")
    context.close()
    assert "med vilje" in faults[0]
    assert "Content Security Policy" in faults[1]
